namespace PhiGateway.Admin.Clients;

/// <summary>Tells an approver in words what an approval of a use case would permit.</summary>
/// <param name="UseCase">Its id.</param>
/// <param name="Words">The whole in one sentence.</param>
/// <param name="Permits">What it permits, one grant each.</param>
/// <param name="Clients">Clients that serve it; each is approved by itself.</param>
/// <param name="Opens">Doors that the approval opens, as <c>client: door</c>.</param>
/// <param name="MayNotApprove">Whoever changed it.</param>
/// <param name="RefusedToYou">Why the caller may not approve it; absent: the caller may.</param>
public sealed record UseCaseBrief(
    string UseCase,
    string Words,
    IReadOnlyList<string> Permits,
    IReadOnlyList<string> Clients,
    IReadOnlyList<string> Opens,
    IReadOnlyList<string> MayNotApprove,
    string? RefusedToYou
);
