using PhiGateway.Admin.Clients;
using PhiGateway.Admin.UseCases;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.UseCases;

/// <summary>What the list of uses that wait shows.</summary>
/// <param name="Items">Those that wait longest first.</param>
/// <param name="Part">Which part of them this is.</param>
/// <param name="At">Now.</param>
public sealed record UseCasesModel(IReadOnlyList<WaitingUseCase> Items, ListPart Part, DateTimeOffset At);

/// <summary>What an approver sees of one use of PHI.</summary>
/// <param name="Brief">The whole in words.</param>
/// <param name="Status">Whether it is approved.</param>
/// <param name="Version">The version that is described, to approve exactly that.</param>
/// <param name="MayApprove">Whether the viewer is an approver at all.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record UseCaseModel(
    UseCaseBrief Brief,
    UseCaseStatus Status,
    long Version,
    bool MayApprove,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>What is shown, to be told apart from what is there later.</summary>
    internal string Seen =>
        SeenState.Of(
            ("status", Words.Kebab(Status)),
            ("words", Brief.Words),
            ("clients", string.Join(", ", Brief.Clients)),
            ("opens", string.Join(", ", Brief.Opens))
        );
}
