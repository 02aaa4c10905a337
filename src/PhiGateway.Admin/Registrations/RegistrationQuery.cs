using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Registrations;

/// <summary>Which requests of strangers a person asks for, as it was typed; read by endpoints and console alike.</summary>
/// <param name="State">pending, taken or declined.</param>
/// <param name="Network">An address, or a network in CIDR notation.</param>
/// <param name="SignedBy">The URI under which the software statement was signed, exactly.</param>
/// <param name="Form">metadata, software-statement or client-id-metadata-document.</param>
/// <param name="ReceivedBefore">Only those that came before this moment.</param>
internal sealed record RegistrationQuery(
    string? State = null,
    string? Network = null,
    string? SignedBy = null,
    string? Form = null,
    DateTimeOffset? ReceivedBefore = null
)
{
    private const int MostSigner = 1000;

    /// <summary>How an applicant may say who it is.</summary>
    public static IReadOnlyList<string> Forms { get; } = ["metadata", "software-statement", "client-id-metadata-document"];

    /// <summary>The filter.</summary>
    /// <param name="problem">Makes the refusal of a member that cannot be read, out of its name and what is expected.</param>
    public Outcome<RegistrationFilter> Read(Func<string, string, AdminProblem> problem)
    {
        RegistrationState? state = null;
        if (State is not null)
        {
            if (StateOf(State) is not { } known)
            {
                return problem("state", "pending, taken or declined is expected.");
            }

            state = known;
        }

        System.Net.IPNetwork? network = null;
        if (Network is not null)
        {
            if (!RegistrationFilter.TryParseNetwork(Network, out var read))
            {
                return problem(
                    "network",
                    "an address or a network such as 203.0.113.0/24 or 2001:db8::/32 is expected; of IPv6 nothing finer than /64 is kept."
                );
            }

            network = read;
        }

        if (SignedBy is { Length: 0 or > MostSigner })
        {
            return problem("signed_by", $"one to {MostSigner} characters are expected.");
        }

        return Form is not null && !Forms.Contains(Form)
            ? problem("form", string.Join(", ", Forms) + ": one of these is expected.")
            : new RegistrationFilter
            {
                State = state,
                Network = network,
                SignedBy = SignedBy,
                Form = Form,
                ReceivedBefore = ReceivedBefore?.ToUniversalTime(),
            };
    }

    private static RegistrationState? StateOf(string text) =>
        text switch
        {
            "pending" => RegistrationState.Pending,
            "taken" => RegistrationState.Taken,
            "declined" => RegistrationState.Declined,
            _ => null,
        };
}
