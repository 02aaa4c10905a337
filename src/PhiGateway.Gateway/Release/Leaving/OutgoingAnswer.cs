namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>A judged answer that may leave: status, bytes and the few headers that <see cref="Exit"/> writes, and none besides.</summary>
/// <param name="Status">Status for the client.</param>
/// <param name="Body">The bytes; empty without a body.</param>
/// <param name="ContentType">Media type of the bytes.</param>
internal readonly record struct OutgoingAnswer(int Status, ReadOnlyMemory<byte> Body, string ContentType)
{
    /// <summary>The gateway changed the content, which FHIR R4 3.1.0.1.8 asks intermediaries to say.</summary>
    public bool IsChanged { get; init; }

    /// <summary>Version of the one resource that is released; null: none, or not one.</summary>
    public string? EntityTag { get; init; }

    /// <summary>Date of that resource.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>It is somebody's file, not FHIR: a browser must neither guess what it is nor run it.</summary>
    public bool IsContent { get; init; }

    /// <summary>Where a created resource is, in a name of ours.</summary>
    public string? Location { get; init; }
}
