namespace PhiGateway.Admin.Http;

/// <summary>A query parameter or header that an endpoint reads from the call itself; for the OpenAPI document.</summary>
/// <param name="Name">As on the wire.</param>
/// <param name="Words">What it does.</param>
internal sealed record CallParameter(string Name, string Words)
{
    public static readonly CallParameter Limit = new("limit", "1 to 500; default 50.") { IsNumber = true };
    public static readonly CallParameter Cursor = new("cursor", "Place of the page, from next_cursor.");
    public static readonly CallParameter Sort = new("sort", "A simple member; a minus before it turns the order round.");
    public static readonly CallParameter Fields = new("fields", "Members to show, separated by commas; id and meta are always there.");
    public static readonly CallParameter DryRun = new("dry_run", "Says what would change; changes nothing.") { IsFlag = true };
    public static readonly CallParameter CarryApproval = new(
        "carry_approval",
        "Marks a change that only narrows as not needing approval anew; for approvers."
    )
    {
        IsFlag = true,
    };
    public static readonly CallParameter DropUnknown = new(
        "drop_unknown",
        "Replaces a document of a newer version although this one does not know all of it."
    )
    {
        IsFlag = true,
    };
    public static readonly CallParameter Prune = new("prune", "Also deletes what the file does not name.") { IsFlag = true };
    public static readonly CallParameter FromLine = new(
        "from_line",
        "The first line that counts; from next_line of an import that broke off."
    )
    {
        IsNumber = true,
    };
    public static readonly CallParameter Days = new("days", "How many days of the trail, up to now; default 90.") { IsNumber = true };
    public static readonly CallParameter At = new("at", "As it was at this moment; default now.");
    public static readonly CallParameter Why = new("why", "never-approved, changed or expired.");
    public static readonly CallParameter IfMatch = new("If-Match", "ETag of the version seen.") { IsHeader = true };
    public static readonly CallParameter IfNoneMatch = new("If-None-Match", "* creates only; on reads: the ETag known already.")
    {
        IsHeader = true,
    };
    public static readonly CallParameter IdempotencyKey = new(
        "Idempotency-Key",
        "Makes the call repeatable for 24 hours: the same key and body get the same answer."
    )
    {
        IsHeader = true,
    };
    public static readonly CallParameter ContentDigest = new(
        "Content-Digest",
        "sha-256=:base64: of the body (RFC 9530); required with an Idempotency-Key, verified at the end."
    )
    {
        IsHeader = true,
    };

    /// <summary>What every list takes.</summary>
    public static readonly CallParameter[] Page = [Limit, Cursor];

    /// <summary>What every write takes.</summary>
    public static readonly CallParameter[] Write = [DryRun, CarryApproval, DropUnknown];

    public bool IsHeader { get; init; }

    public bool IsFlag { get; init; }

    public bool IsNumber { get; init; }
}
