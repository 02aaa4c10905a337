using PhiGateway.Admin.Calls;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.SignIn;

/// <summary>Somebody who has just proved who they are.</summary>
/// <param name="Caller">Name and roles.</param>
/// <param name="Name">Name as shown.</param>
/// <param name="Task">What they do; empty: not said.</param>
/// <param name="Provider">The session at the identity provider; null: none.</param>
/// <param name="Proof">When and how.</param>
/// <param name="Former">Key of the session that asked for it, where the cookie did not come along; null: none.</param>
internal sealed record SignedInPerson(
    AdminCaller Caller,
    string Name,
    string Task,
    ProviderSession? Provider,
    SignInProof Proof,
    string? Former
)
{
    /// <summary>Whether the sign-in leads on to an address that was given with it.</summary>
    public bool IsLed { get; init; }
}
