namespace PhiGateway.Admin.Rosters;

/// <summary>The status and last line with which an import ended.</summary>
/// <param name="Status">200, or 503 when it broke off and is worth repeating.</param>
/// <param name="Result">The last line of its answer.</param>
internal sealed record ImportEnd(int Status, ImportResult Result);
