using PhiGateway.Fhir.Answers.Streaming;

namespace PhiGateway.Fhir.Answers;

/// <summary>What the host adds to the filtering of one answer. Immutable.</summary>
public sealed record AnswerOptions
{
    /// <summary>No paging links, no narrowing.</summary>
    public static AnswerOptions Default { get; } = new();

    /// <summary>Seals paging links; null (default): they are dropped.</summary>
    public ILinkSealer? Links { get; init; }

    /// <summary>
    /// For a transaction: who judges the answer to each entry, in their order; an entry without a judge of its own is withheld. Null
    /// (default): one judge for all.
    /// </summary>
    public IReadOnlyList<Policy.Decisions.ReleasePolicy>? Judges { get; init; }

    /// <summary>
    /// For a transaction: who seals the paging links in the answer to each entry, in their order, beside <see cref="Judges"/>. Null (default),
    /// or null at a place: they are dropped, and it is said where the answer goes on.
    /// </summary>
    public IReadOnlyList<ILinkSealer?>? Sealers { get; init; }

    /// <summary>
    /// For a resource that speaks of others (a Provenance of its targets), alone or on a page: what these are, as far as it was looked up.
    /// Null (default): nothing was.
    /// </summary>
    public KnownTargets? Targets { get; init; }

    /// <summary>Who names each Binary of the answer, as far as it was looked up. Null (default): nobody looked.</summary>
    public FileReferrers? Referrers { get; init; }

    /// <summary>Whose the records are on which the Slots of the answer, and their kin, hang. Null (default): nobody looked.</summary>
    public HopTargets? Hops { get; init; }

    /// <summary>Receives what records that may leave name of what is nobody's. Null (default): nobody asks.</summary>
    public NamedByLines? Gathers { get; init; }

    /// <summary>
    /// Security: what of nobody's is named by what lies around one resource and may leave, on whatever page of the server's; null (default):
    /// what stands on other pages is not known.
    /// </summary>
    public NamedByLines? NamedAround { get; init; }

    /// <summary>
    /// Security: what stands on other pages is not known and will not be, since the answer streams: what is nobody's around one resource
    /// leaves where something on this page names it; false by default.
    /// </summary>
    public bool HoldsToPage { get; init; }

    /// <summary>
    /// For versions that may not be the current ones (vread, histories): which resources may be shown in them at all. Null (default): every
    /// resource is taken to be current.
    /// </summary>
    public CurrentVersions? Current { get; init; }

    /// <summary>
    /// For a transaction: the same for the answer to each entry, in their order, beside <see cref="Judges"/>. Null (default), or null at a
    /// place: every resource is taken to be current.
    /// </summary>
    public IReadOnlyList<CurrentVersions?>? Currents { get; init; }

    /// <summary>
    /// For a transaction: places, in the order of the request, of entries that did not go upstream since there was nothing to do; each is
    /// answered as done. Empty by default.
    /// </summary>
    public IReadOnlySet<int> Idle { get; init; } = System.Collections.Frozen.FrozenSet<int>.Empty;

    /// <summary>
    /// Parameters that the permit added to the search; empty by default. When the answer's self link does not show them all,
    /// <see cref="Disclosure.NarrowingNotApplied"/> is set.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Narrowed { get; init; } = [];

    /// <summary>
    /// Security: nothing of what was asked for could be withheld, so that the upstream's bare count is what the client may count itself;
    /// false by default.
    /// </summary>
    public bool CountIsWhole { get; init; }

    /// <summary>
    /// A bare OperationOutcome that says that all went well stands for a Bundle of nothing: several servers answer a search so that finds
    /// nothing. Not so on a page further on, where it would end a list that goes on; false by default.
    /// </summary>
    public bool TakesBareOutcome { get; init; }

    /// <summary>
    /// Security: something may be withheld, so that what comes along for the sake of others leaves only where one of these leaves;
    /// false by default.
    /// </summary>
    public bool HoldsIncluded { get; init; }

    /// <summary>
    /// Security: the includes that went upstream, where the client's own stood for all of a type (<c>Encounter:*</c>); null (default): they
    /// are the client's own.
    /// </summary>
    public IReadOnlyList<Canonical.QueryParameter>? Includes { get; init; }

    /// <summary>How strictly the self link is taken.</summary>
    public SelfLinkRule SelfLinks { get; init; }

    /// <summary>
    /// The client's own <c>_count</c>, for its self link, where the upstream was asked for another; null (default): it shows what the
    /// upstream says.
    /// </summary>
    public string? Count { get; init; }

    /// <summary>The added parameter that the client's own self link does not show, since it names patients; null (default): none.</summary>
    public KeyValuePair<string, string>? Confinement { get; init; }

    /// <summary>Parameters that stand in the place of the client's own chains: its self link does not show them; empty by default.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Hidden { get; init; } = [];
}
