using System.Net;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>What one client noted about one call: the client half of the oracle.</summary>
/// <param name="Id">The decision id that it was told with the head of the answer.</param>
/// <param name="Status">Of the answer.</param>
/// <param name="IsWrite">Whether it asked for a change.</param>
/// <param name="Resources">Ids of the resources of which a byte came, as <c>Type/id</c>.</param>
/// <param name="Bytes">Of the body, as far as it came.</param>
/// <param name="IsWhole">Whether it came to its end.</param>
/// <param name="Least">What the body would have had at least, whole; 0: not known.</param>
internal sealed record Note(
    string Id,
    HttpStatusCode Status,
    bool IsWrite,
    IReadOnlyList<string> Resources,
    long Bytes,
    bool IsWhole,
    long Least
);
