using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.SignIn;

/// <summary>What the sign-in page offers.</summary>
/// <param name="IsProvider">Whether the hospital's identity provider signs people in.</param>
/// <param name="Persons">Persons of the demonstration; empty everywhere else.</param>
/// <param name="To">Where to go then.</param>
/// <param name="FormToken">Token of the form.</param>
/// <param name="Message">Why nobody was signed in; null: nobody has tried.</param>
public sealed record SignInModel(bool IsProvider, IReadOnlyList<DemoPerson> Persons, string To, string FormToken, string? Message);
