using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Http;

/// <summary>What waits for a fresh sign-in, and whether it may go on.</summary>
/// <param name="Path">Where it goes; null: nothing waits.</param>
/// <param name="IsForm">Whether it is a form.</param>
/// <param name="Fields">What was filled in.</param>
/// <param name="IsFresh">Whether the sign-in is fresh enough now; of what waits for a click only it is asked when that comes.</param>
/// <param name="SignIn">Where one signs in anew.</param>
/// <param name="At">The last sign-in, as the provider says; null: it does not.</param>
/// <param name="Asked">What the sign-in must be, in words.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record HeldModel(
    string? Path,
    bool IsForm,
    IReadOnlyList<KeyValuePair<string, string>> Fields,
    bool IsFresh,
    string SignIn,
    DateTimeOffset? At,
    string Asked,
    string FormToken
)
{
    /// <summary>Whether it waits for a click only: a link elsewhere, or the sign-in, led to it.</summary>
    public bool IsLed { get; init; }

    // What the page put there itself says nothing to a person.
    private static readonly string[] Inner = ["version", "fingerprint", "key", "id", "seen", "back", OnceField.Name];

    /// <summary>What a person filled in.</summary>
    public IEnumerable<KeyValuePair<string, string>> Told => Fields.Where(static one => !Inner.Contains(one.Key));

    internal static PageContent PageOf(HeldModel model, int status) =>
        new("Sign in again", string.Empty, typeof(HeldPage), model) { Status = status };

    internal static HeldModel Of(ConsoleSession session, HeldStep? held, Configuration.ConsoleOptions options, DateTimeOffset now)
    {
        var isProvider = options.Oidc is not null;
        return new HeldModel(
            held?.Path,
            held?.IsForm == true,
            held?.Fields ?? [],
            session.Proof.IsFresh(options.StepUp, now),
            isProvider ? "/console/sign-in/provider?fresh=1&to=%2Fconsole%2Fheld" : "/console/sign-in?to=%2Fconsole%2Fheld",
            session.Proof.At,
            WordsOf(options.StepUp),
            session.FormToken
        );
    }

    private static string WordsOf(Configuration.StepUpOptions? asked)
    {
        if (asked is null)
        {
            return "nothing more than a session";
        }

        var within = FormattableString.Invariant($"a sign-in of the last {(int)asked.Within.TotalMinutes} minutes");
        return asked.Acr.Count == 0 ? within : $"{within} by {string.Join(" or ", asked.Acr)}";
    }
}
