using System.Text.Json.Serialization;
using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Trail;

/// <summary>One record of the trail with those that belong to it.</summary>
/// <param name="Record">The record with its place in the log.</param>
/// <param name="Children">Outcomes, deliveries, parts; oldest first.</param>
/// <param name="Truncated">Only the newest of them: the rest is found by a search for the id; absent: all of them.</param>
/// <param name="Twins">Other rows of the record's id: somebody added them, or this one. What this node's log proves is the record; absent: none.</param>
public sealed record TrailRecord(
    [property: JsonPropertyName("record")] TrailEntry Record,
    [property: JsonPropertyName("children")] IReadOnlyList<TrailEntry> Children,
    [property: JsonPropertyName("truncated")] bool? Truncated = null,
    [property: JsonPropertyName("twins")] IReadOnlyList<TrailEntry>? Twins = null
);

/// <summary>One record with its place in a log; the answer is written from the stored bytes, this is its shape.</summary>
/// <param name="Log">Log of the node.</param>
/// <param name="Sequence">Place in it.</param>
/// <param name="ChainHash">Hash chained to the record before, in hex.</param>
/// <param name="Record">
/// The record exactly as journaled: its members are the trail's own, and later versions may add some; of a body that is no record what it is
/// filed under, with the kind <c>system</c> where its kind is none.
/// </param>
/// <param name="Destroyed">Its content was destroyed, and the record shows what it is filed under; absent: it was not.</param>
/// <param name="KeyMissing">The row of its data key is not in the store, and the record shows what it is filed under; absent: it is there.</param>
/// <param name="Unreadable">Which columns of its row hold what no version writes, such as <c>kind</c>: verifiers name it; absent: none.</param>
public sealed record TrailEntry(
    [property: JsonPropertyName("log")] string Log,
    [property: JsonPropertyName("sequence")] long Sequence,
    [property: JsonPropertyName("chain_hash")] string ChainHash,
    [property: JsonPropertyName("record")] AuditRecord Record,
    [property: JsonPropertyName("destroyed")] bool? Destroyed = null,
    [property: JsonPropertyName("key_missing")] bool? KeyMissing = null,
    [property: JsonPropertyName("unreadable")] string? Unreadable = null
);
