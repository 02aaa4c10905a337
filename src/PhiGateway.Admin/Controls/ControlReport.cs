namespace PhiGateway.Admin.Controls;

/// <summary>Controls held against live evidence, as this node sees it now.</summary>
/// <param name="At">When.</param>
/// <param name="Days">How many days of the trail the counts cover.</param>
/// <param name="Met">How many controls are met.</param>
/// <param name="Partly">How many are met in part.</param>
/// <param name="NotMet">How many are not met.</param>
/// <param name="Outside">How many are not the gateway's.</param>
/// <param name="Frameworks">Each framework with its controls.</param>
public sealed record ControlReport(
    DateTimeOffset At,
    int Days,
    int Met,
    int Partly,
    int NotMet,
    int Outside,
    IReadOnlyList<FrameworkReport> Frameworks
);

/// <summary>One framework.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Controls">Its controls, in its own order.</param>
public sealed record FrameworkReport(string Name, IReadOnlyList<ControlLine> Controls);

/// <summary>One control.</summary>
/// <param name="Id">Such as <c>NHI1:2025</c>.</param>
/// <param name="Title">Its title, or its outcome in short.</param>
/// <param name="Former">Its id in the version before; null: the same.</param>
/// <param name="State">met, partly, not-met or outside.</param>
/// <param name="Evidence">What says so.</param>
public sealed record ControlLine(string Id, string Title, string? Former, string State, IReadOnlyList<ControlEvidence> Evidence);

/// <summary>One sentence of evidence and the query behind it.</summary>
/// <param name="Words">What was found.</param>
/// <param name="Good">Whether it speaks for the control; null: it only says how things are.</param>
/// <param name="Query">The call of the admin API behind it; null: there is none.</param>
public sealed record ControlEvidence(string Words, bool? Good, string? Query);

/// <summary>How well one client stands, with its points.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Organization">Who runs it.</param>
/// <param name="Score">100 less the points; at least 0.</param>
/// <param name="Points">What was taken off, and why.</param>
public sealed record ClientScore(string Client, string? Organization, int Score, IReadOnlyList<ScorePoint> Points);

/// <summary>One deduction.</summary>
/// <param name="Points">How many.</param>
/// <param name="Words">Why.</param>
/// <param name="Risk">Id of the risk that it stands for.</param>
public sealed record ScorePoint(int Points, string Words, string Risk);

/// <summary>Scores of all clients that can call.</summary>
/// <param name="Items">The worst first.</param>
/// <param name="Organizations">The mean by organization, the worst first.</param>
public sealed record ScoreReport(IReadOnlyList<ClientScore> Items, IReadOnlyList<OrganizationScore> Organizations);

/// <summary>How well the clients of one organization stand together.</summary>
/// <param name="Organization">Organization id.</param>
/// <param name="Clients">How many clients.</param>
/// <param name="Score">The mean of their scores.</param>
/// <param name="Worst">The lowest of them.</param>
/// <param name="Points">What was taken off its clients, reason by reason, the most first.</param>
public sealed record OrganizationScore(string Organization, int Clients, int Score, int Worst, IReadOnlyList<OrganizationPoint> Points);

/// <summary>What the clients of one organization lose for one reason.</summary>
/// <param name="Points">How many points, over all of them: divided by its clients, what the mean lacks of a hundred for this.</param>
/// <param name="Clients">How many of its clients.</param>
/// <param name="Risk">Id of the risk that it stands for.</param>
/// <param name="Words">The reasons, each once; at most five.</param>
public sealed record OrganizationPoint(int Points, int Clients, string Risk, IReadOnlyList<string> Words);
