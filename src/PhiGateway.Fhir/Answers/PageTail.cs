namespace PhiGateway.Fhir.Answers;

/// <summary>How a page that was put together by <see cref="PagedAnswer"/> ends.</summary>
/// <param name="Links">Relations and URLs of other pages, as the client is given them.</param>
/// <param name="IsAll">There is no other page, before or behind: the matches can be counted.</param>
/// <param name="IsCutShort">The page ends before it is full although there may be more: the client is told so.</param>
/// <param name="CannotFollow">There is more, at a place that has no name on this side: the client is told so.</param>
public sealed record PageTail(IReadOnlyList<KeyValuePair<string, string>> Links, bool IsAll, bool IsCutShort, bool CannotFollow = false)
{
    /// <summary>How many matches there are on all pages together, where that was counted; null: it was not.</summary>
    public int? Total { get; init; }

    /// <summary>
    /// Security: the client's own address, told where nothing leaves and that is all there is: a server may answer what finds nothing in
    /// another form than what finds something that must stay. Empty: no address is told then; null (default): the server's.
    /// </summary>
    public string? OfNothing { get; init; }

    /// <summary>
    /// It is not the first page of its search: on which page of the upstream it begins hangs on what is hidden, and so would what the
    /// server says there. False by default.
    /// </summary>
    public bool IsLater { get; init; }
}
