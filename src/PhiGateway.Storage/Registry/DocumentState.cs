namespace PhiGateway.Storage.Registry;

/// <summary>The stored state of a document that a write finds in place: version, whether deleted, and its JSON.</summary>
internal readonly record struct DocumentState(long Version, bool Deleted, string Json)
{
    /// <summary>The version that callers know: 0 for none and for a tombstone.</summary>
    public long Visible => Deleted ? 0 : Version;
}
