"""The names of the files in OUTPUT."""

ANSWER = "answer.json"
ANALYSES = "analyses.json"  # Of AnalyseRequest.
ARCHIVE = "package.xpkg"  # Of BuildRequest, each below the number of its package.
DESCRIPTION = "package.xpkg.json"
FINDINGS = "findings.json"
LOCK = "xpkg.lock"  # Of LockRequest.
TEXTS = "texts.deflate"  # Of AnalyseRequest, beside ANALYSES.
STREAM = "package.yaml"  # Of ReadFetchedRequest; of FetchRequest below the number of its package.
MANIFEST = "manifest.yaml"  # Of InstallRequest.
