using PhiGateway.Identity.Signals;

namespace PhiGateway.Admin.Configuration;

/// <summary>Whose signals are taken, and the <c>iss</c> of the token issuers by their configured names.</summary>
/// <param name="Options">Already validated.</param>
/// <param name="Issuers">Name to <c>iss</c>.</param>
/// <param name="People"><c>iss</c> of the provider that signs people in at the console; null: none does.</param>
public sealed record SignalRules(SignalsOptions Options, IReadOnlyDictionary<string, string> Issuers, string? People = null)
{
    /// <summary>Nobody's.</summary>
    public static SignalRules None { get; } = new(new SignalsOptions(), new Dictionary<string, string>());
}
