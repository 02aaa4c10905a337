using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>How the end of an answer's body is known (RFC 9112, section 6.3).</summary>
internal enum BodyFraming : byte
{
    /// <summary>There is no body: of HEAD, 204 and 304.</summary>
    None,

    /// <summary>So many bytes.</summary>
    Length,

    /// <summary>Chunks, until one of length zero.</summary>
    Chunked,

    /// <summary>Everything until the upstream closes; such a connection is never used again.</summary>
    UntilClose,
}

/// <summary>Status and known headers of one answer, as <see cref="AnswerHeadReader"/> read them; what it does not know is dropped.</summary>
internal sealed class AnswerHead
{
    public int Status { get; set; }

    public BodyFraming Framing { get; set; }

    /// <summary>Length of the body as stated; null when it is not.</summary>
    public long? Length { get; set; }

    /// <summary>Whether the upstream means to go on with this connection.</summary>
    public bool KeepsAlive { get; set; }

    /// <summary>Value of Content-Type; null when absent.</summary>
    public string? ContentType { get; set; }

    public string? ContentEncoding { get; set; }

    public string? ETag { get; set; }

    public string? LastModified { get; set; }

    public string? Location { get; set; }

    public string? ContentLocation { get; set; }

    public string? RetryAfter { get; set; }

    public string? Progress { get; set; }

    public string? Expires { get; set; }

    /// <summary>The same without what is of the wire only.</summary>
    public UpstreamHead Known =>
        new()
        {
            Status = Status,
            ContentType = ContentType,
            ContentEncoding = ContentEncoding,
            Length = Length,
            ETag = ETag,
            LastModified = LastModified,
            Location = Location,
            ContentLocation = ContentLocation,
            RetryAfter = RetryAfter,
            Progress = Progress,
            Expires = Expires,
        };
}
