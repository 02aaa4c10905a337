using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Organizations;

/// <summary>One offboarding with its clock, as its records say; read by <see cref="OffboardingReports"/> and the posture.</summary>
/// <param name="Id">Id of its record.</param>
/// <param name="Subject">Whose access ended: <c>organization/id</c> or <c>owner/name</c>.</param>
/// <param name="Stage"><c>suspend</c>, <c>revoke</c> or <c>left</c>.</param>
/// <param name="Event">What it began with.</param>
/// <param name="EventAt">When that was, UTC.</param>
/// <param name="ActAt">When the act was written, UTC.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Revision">Revision of the registry that it was written as.</param>
/// <param name="Clients">The clients whose paths it closed, or would have if they had been open.</param>
/// <param name="Organizations">For whom these clients act.</param>
/// <param name="InForce">When every node had it; absent: that is not known.</param>
/// <param name="Notices">Words sent to partners, the first one first.</param>
/// <param name="Waiting">Nodes that have not said that they have it, as long as it is not in force; absent: it is, or nobody looked.</param>
public sealed record Offboarding(
    Guid Id,
    string Subject,
    string Stage,
    OffboardingEvent Event,
    DateTimeOffset EventAt,
    DateTimeOffset ActAt,
    string By,
    string? Reason,
    long Revision,
    IReadOnlyList<string> Clients,
    IReadOnlyList<string> Organizations,
    OffboardingReach? InForce,
    IReadOnlyList<OffboardingNotice> Notices,
    IReadOnlyList<UnconfirmedNode>? Waiting = null
);

/// <summary>When the last door was closed: every node had the act, or could serve no longer without it.</summary>
/// <param name="At">When, UTC: it was not later.</param>
/// <param name="Nodes">Nodes that said they have it.</param>
/// <param name="Unconfirmed">Nodes that never said so, and are closed by the age of what they knew; absent: none.</param>
public sealed record OffboardingReach(DateTimeOffset At, IReadOnlyList<string> Nodes, IReadOnlyList<UnconfirmedNode>? Unconfirmed = null);

/// <summary>A node that has not said that it has an act: it may be cut off and serve on from what it knew.</summary>
/// <param name="Node">The node.</param>
/// <param name="Heard">When it last knew its registry to be the newest, as far as it said, UTC.</param>
/// <param name="ClosedAtLatest">From when on it lets nobody in without hearing of the registry (<c>MaxSnapshotAge</c>), UTC.</param>
public sealed record UnconfirmedNode(string Node, DateTimeOffset Heard, DateTimeOffset ClosedAtLatest);

/// <summary>Word that was sent to a partner.</summary>
/// <param name="SentAt">When, UTC.</param>
/// <param name="To">To whom.</param>
/// <param name="By">Who says so.</param>
/// <param name="Reference">Where the letter is; absent: nobody said.</param>
public sealed record OffboardingNotice(DateTimeOffset SentAt, string To, string By, string? Reference);

/// <summary>One figure that an offboarding is held against.</summary>
/// <param name="Rule">Whose figure it is, and whether it is in force.</param>
/// <param name="LimitSeconds">The figure.</param>
/// <param name="Seconds">From the event to what the figure is about; absent: that has not been, or is not known.</param>
/// <param name="IsMet">Whether it is kept; absent: it is open.</param>
public sealed record OffboardingMeasure(string Rule, long LimitSeconds, double? Seconds, bool? IsMet);

/// <summary>What a client was permitted last, from the trail.</summary>
/// <param name="Client">The client.</param>
/// <param name="LastPermitted">Its last permitted call before the act was in force; absent: none is stored.</param>
/// <param name="Record">Id of that record.</param>
/// <param name="PermittedSince">A permitted call since then, the newest: its path is open again; absent: none.</param>
public sealed record OffboardedClient(string Client, DateTimeOffset? LastPermitted, Guid? Record, DateTimeOffset? PermittedSince);

/// <summary>The letter to a partner, to be sent by a person.</summary>
/// <param name="Organization">Whom it is for.</param>
/// <param name="Contacts">Its contacts in the registry, by role.</param>
/// <param name="Text">The letter.</param>
public sealed record OffboardingLetter(string Organization, IReadOnlyDictionary<string, string> Contacts, string Text);

/// <summary>One offboarding in full.</summary>
/// <param name="Offboarding">What its records say.</param>
/// <param name="Measures">The figures that it is held against.</param>
/// <param name="Calls">What its clients were permitted last; absent: the caller does not read the trail.</param>
/// <param name="Letters">Words for the partners.</param>
public sealed record OffboardingReport(
    Offboarding Offboarding,
    IReadOnlyList<OffboardingMeasure> Measures,
    IReadOnlyList<OffboardedClient>? Calls,
    IReadOnlyList<OffboardingLetter> Letters
);

/// <summary>Offboardings with their figures, the newest first.</summary>
/// <param name="Items">The offboardings.</param>
public sealed record OffboardingList(IReadOnlyList<OffboardingLine> Items);

/// <summary>One of the list.</summary>
/// <param name="Offboarding">What its records say.</param>
/// <param name="Measures">The figures that it is held against.</param>
public sealed record OffboardingLine(Offboarding Offboarding, IReadOnlyList<OffboardingMeasure> Measures);

/// <summary>Body of the word that a notice was sent.</summary>
/// <param name="To">To whom; required.</param>
/// <param name="SentAt">When; absent: now.</param>
/// <param name="Reference">Where the letter is.</param>
public sealed record NoticeBody(string? To = null, DateTimeOffset? SentAt = null, string? Reference = null);
