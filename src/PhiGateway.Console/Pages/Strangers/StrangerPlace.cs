using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Registrations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Strangers;

/// <summary>
/// Which part of the strangers' queue is shown, as it stands in the address; carried by the form that declines all of it. Read by
/// <see cref="StrangersScreen"/>.
/// </summary>
/// <param name="State">pending, taken, declined or all.</param>
/// <param name="Network">Where they came from; null: anywhere.</param>
/// <param name="Signer">Who signed their statement; null: anybody or nobody.</param>
/// <param name="Form">How they asked; null: in any way.</param>
/// <param name="Before">The moment before which they came, as it was typed; null: whenever.</param>
/// <param name="Skip">How many stand on earlier pages.</param>
public sealed record StrangerPlace(string State, string? Network, string? Signer, string? Form, string? Before, int Skip)
{
    /// <summary>Address of the list.</summary>
    public const string Path = "/console/strangers";

    /// <summary>Those that nobody has decided about, which is shown at first.</summary>
    public const string Pending = "pending";

    /// <summary>Every one that is not over.</summary>
    public const string All = "all";

    /// <summary>What can be chosen.</summary>
    public static IReadOnlyList<string> States { get; } = [Pending, "taken", "declined", All];

    /// <summary>Whether a network, a signer, a form or a moment is named.</summary>
    public bool IsNarrowed => Network is not null || Signer is not null || Form is not null || Before is not null;

    /// <summary>What of it was typed and stands sealed in the address; null: nothing.</summary>
    internal SealedWords? Typed { get; init; }

    /// <summary>The address of this part.</summary>
    public string Address => At(ListPart.AskedOf(Skip));

    /// <summary>The query of it as a form carries it; empty: the list as it is first.</summary>
    public string Query => Address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? Address[(mark + 1)..] : string.Empty;

    /// <summary>Reads an address; a value that is none is told, since a list that passes over it would show what was not asked for.</summary>
    /// <param name="asked">One value by its name; null: absent.</param>
    /// <param name="typed">What of the values stands sealed.</param>
    internal static Outcome<StrangerPlace> Of(Func<string, string?> asked, SealedWords typed)
    {
        var state = asked("state") ?? Pending;
        var skip = ListPart.SkippedOf(asked("skip"));
        return States.Contains(state)
            ? new StrangerPlace(state, asked("peer"), asked("signer"), asked("form"), asked("to"), skip) { Typed = typed }
            : AdminProblem.BadParameter("state", "pending, taken, declined or all is expected.");
    }

    /// <summary>The filter that it stands for.</summary>
    internal Outcome<RegistrationFilter> Filter()
    {
        DateTimeOffset? before = null;
        if (Before is not null)
        {
            if (TrailQueryReader.Moment(Before) is not { } at)
            {
                return AdminProblem.BadParameter("to", "a moment such as 2026-11-30 12:00 is expected.");
            }

            before = at;
        }

        return new RegistrationQuery(State == All ? null : State, Network, Signer, Form, before).Read(AdminProblem.BadParameter);
    }

    /// <summary>The address of the part that passes over so many.</summary>
    internal string At(string? skip)
    {
        (string, string?)[] parts =
        [
            ("state", State == Pending ? null : State),
            ("peer", Network),
            ("signer", Signer),
            ("form", Form),
            ("to", Before),
            ("skip", skip),
        ];
        return Typed is { } typed ? typed.Link(Path, parts) : Links.With(Path, parts);
    }
}
