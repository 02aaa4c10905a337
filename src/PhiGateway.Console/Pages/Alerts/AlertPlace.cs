using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>
/// Which part of the alerts a list shows, as it stands in its address: carried by every link and form of the list, so that whoever takes a
/// step comes back to where they were. Read by <see cref="AlertsScreen"/>.
/// </summary>
/// <param name="State">open, closed or all.</param>
/// <param name="Lane">One lane; null: all of the state.</param>
/// <param name="Kind">One kind; null: any.</param>
/// <param name="Subject">What they are about, as <c>client/id</c>; null: anything.</param>
/// <param name="Severity">How soon somebody must act; null: any.</param>
/// <param name="IsMine">Only those that the viewer deals with.</param>
/// <param name="Skip">How many of each lane stand on earlier pages.</param>
public sealed record AlertPlace(string State, string? Lane, string? Kind, string? Subject, AlertSeverity? Severity, bool IsMine, int Skip)
{
    /// <summary>Those that nobody has closed.</summary>
    public const string Open = "open";

    /// <summary>Those that somebody has closed.</summary>
    public const string Closed = "closed";

    /// <summary>Every alert there is.</summary>
    public const string All = "all";

    /// <summary>Name of the form's field that carries the place.</summary>
    public const string Field = "back";

    private const string Path = "/console/alerts";

    /// <summary>The list as it is first.</summary>
    public static AlertPlace First { get; } = new(Open, null, null, null, null, false, 0);

    /// <summary>What of it was typed and stands sealed in the address; null: nothing.</summary>
    internal SealedWords? Typed { get; init; }

    /// <summary>Whether only those are shown that somebody has closed.</summary>
    public bool IsClosed => State == Closed;

    /// <summary>Whether less than a whole state is asked for.</summary>
    public bool IsNarrowed => Lane is not null || Kind is not null || Subject is not null || Severity is not null || IsMine;

    /// <summary>The query as it stands in an address; empty: the list as it is first.</summary>
    public string Query
    {
        get
        {
            var address = Address;
            var mark = address.IndexOf('?', StringComparison.Ordinal);
            return mark < 0 ? string.Empty : address[(mark + 1)..];
        }
    }

    /// <summary>The address.</summary>
    public string Address
    {
        get
        {
            (string, string?)[] parts =
            [
                ("state", State == Open ? null : State),
                ("lane", Lane),
                ("kind", Kind),
                ("subject", Subject),
                ("severity", Severity is { } severity ? Words.Kebab(severity) : null),
                ("mine", IsMine ? "1" : null),
                ("skip", ListPart.AskedOf(Skip)),
            ];
            return Typed is { } typed ? typed.Link(Path, parts) : Links.With(Path, parts);
        }
    }

    /// <summary>The lanes that are shown.</summary>
    internal IReadOnlyList<string> Lanes =>
        (State, Lane) switch
        {
            (Closed, _) => [AlertLanes.Closed],
            (_, { } lane) => [lane],
            (All, _) => [.. AlertLanes.Open, AlertLanes.Closed],
            _ => AlertLanes.Open,
        };

    /// <summary>What the list is narrowed to.</summary>
    /// <param name="viewer">Who looks.</param>
    internal AlertFilter FilterFor(string viewer) => new(Kind, Subject, Severity, IsMine ? viewer : null);

    /// <summary>Reads an address; a value that is none is told, since a list that passes over it would show what was not asked for.</summary>
    /// <param name="asked">One value by its name; null: absent.</param>
    /// <param name="typed">What of the values stands sealed.</param>
    internal static Outcome<AlertPlace> Of(Func<string, string?> asked, SealedWords typed)
    {
        var state = asked("state") ?? Open;
        if (state is not (Open or Closed or All))
        {
            return AdminProblem.BadParameter("state", "open, closed or all is expected.");
        }

        var severity = asked("severity");
        if (severity is not (null or "warning" or "urgent"))
        {
            return AdminProblem.BadParameter("severity", "warning or urgent is expected.");
        }

        var lane = asked("lane");
        if (lane is not null && !AlertLanes.Open.Contains(lane))
        {
            return AdminProblem.BadParameter("lane", $"one of {string.Join(", ", AlertLanes.Open)} is expected.");
        }

        return new AlertPlace(
            state,
            lane,
            asked("kind"),
            asked("subject"),
            severity switch
            {
                "warning" => AlertSeverity.Warning,
                "urgent" => AlertSeverity.Urgent,
                _ => null,
            },
            asked("mine") == "1",
            ListPart.SkippedOf(asked("skip"))
        )
        {
            Typed = typed,
        };
    }
}
