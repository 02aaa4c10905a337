using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>What the control plane asks the policy about a registry that is not in force yet.</summary>
internal interface IRegistryRules
{
    /// <summary>What the writes would make wrong that is not wrong already, in what they touch and in what hangs on it.</summary>
    IReadOnlyList<RegistryProblem> Validate(WorkingSet before, WorkingSet after, IReadOnlyList<RegistryWrite> writes);

    /// <summary>SHA-256 in lower-case hex of what would be approved now.</summary>
    string Fingerprint(
        Client client,
        UseCase useCase,
        Agreement? agreement,
        Organization? organization,
        IReadOnlyCollection<Credential> credentials
    );

    /// <summary>How the access of these clients differs between two sets.</summary>
    IReadOnlyList<AccessEffect> Compare(WorkingSet before, WorkingSet after, IEnumerable<string> clients);

    /// <summary>Why a client may not go from one state to another; null when it may.</summary>
    string? RefuseTransition(ClientStatus from, ClientStatus to);
}

/// <summary>What a write does to one client.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Effect">widened, narrowed, both, changed, closed, opened or unchanged.</param>
/// <param name="ApprovalLapses">The fingerprint approved no longer matches afterwards.</param>
/// <param name="Details">Change by change, each with its direction and place.</param>
public sealed record AccessEffect(string Client, string Effect, bool ApprovalLapses, IReadOnlyList<string> Details);
