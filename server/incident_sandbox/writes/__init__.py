"""What happens between a request to write and the stored object: patches, defaults, checks, field ownership."""
