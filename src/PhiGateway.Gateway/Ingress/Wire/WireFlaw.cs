using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Ingress.Wire;

/// <summary>
/// Why the bytes of a request cannot be read in exactly one way; left on the connection by <see cref="WireGuard"/>, refused by the
/// ingress stage.
/// </summary>
/// <param name="Reason">What the client is told.</param>
/// <param name="Detail">In one word, for the record; never a byte of the request.</param>
/// <param name="Status">Status that fits better than the reason's own; null: the reason's.</param>
internal sealed record WireFlaw(DenyReason Reason, string Detail, int? Status = null)
{
    /// <summary>Method of the request that stands in the place of one that cannot be read.</summary>
    public const string Method = "UNREADABLE";

    public static readonly WireFlaw BareLineEnd = new(DenyReason.MalformedRequest, "bare-line-end");
    public static readonly WireFlaw Line = new(DenyReason.MalformedRequest, "request-line");
    public static readonly WireFlaw LineTooLong = new(DenyReason.AddressTooLong, "request-line-too-long");
    public static readonly WireFlaw Version = new(DenyReason.MalformedRequest, "http-version");
    public static readonly WireFlaw CutShort = new(DenyReason.MalformedRequest, "head-cut-short");
    public static readonly WireFlaw Late = new(DenyReason.MalformedRequest, "head-too-slow", 408);
    public static readonly WireFlaw Target = new(DenyReason.MalformedRequest, "target-form");
    public static readonly WireFlaw Connect = new(DenyReason.MethodNotAllowed, "connect");
    public static readonly WireFlaw Folded = new(DenyReason.MalformedHeader, "folded-header");
    public static readonly WireFlaw Name = new(DenyReason.MalformedHeader, "header-name");
    public static readonly WireFlaw Value = new(DenyReason.MalformedHeader, "header-value");
    public static readonly WireFlaw Host = new(DenyReason.MalformedHeader, "host");
    public static readonly WireFlaw Length = new(DenyReason.MalformedHeader, "content-length");
    public static readonly WireFlaw Coding = new(DenyReason.MalformedHeader, "transfer-encoding");
    public static readonly WireFlaw TooLarge = new(DenyReason.HeadersTooLarge, "headers-too-large");
    public static readonly WireFlaw Chunk = new(DenyReason.MalformedRequest, "chunk");
    public static readonly WireFlaw McpMessage = new(DenyReason.MalformedRequest, "mcp-message");
    public static readonly WireFlaw McpHeaders = new(DenyReason.MalformedHeader, "mcp-headers");
    public static readonly WireFlaw McpOrigin = new(DenyReason.MalformedHeader, "mcp-origin", 403);
    public static readonly WireFlaw McpTooLarge = new(DenyReason.BodyTooLarge, "mcp-message");
    public static readonly WireFlaw McpSlow = new(DenyReason.BodyTooSlow, "mcp-message");
}
