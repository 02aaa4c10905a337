namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes under <c>Mcp</c>: where AI agents may ask FHIR questions by the Model Context Protocol.</summary>
public sealed class McpOptions
{
    /// <summary>Where the door stands below a base.</summary>
    internal const string Place = "/mcp";

    /// <summary>Bases of FHIR routes that have a door at <c>/mcp</c> below them; none by default, so that there is none.</summary>
    public IReadOnlyList<string> Bases { get; set; } = [];

    /// <summary>Bytes of one message; default 64 KiB.</summary>
    public int MaxMessage { get; set; } = 64 * 1024;

    /// <summary>Bytes of an answer that becomes a tool's result; a larger one is a problem that says to ask for less; default 1 MiB.</summary>
    public int MaxAnswer { get; set; } = 1024 * 1024;

    /// <summary>
    /// Messages of one client in a second that are no calls, such as <c>tools/list</c>; default 50. Calls count as the requests that they are.
    /// </summary>
    public int MessagesPerSecond { get; set; } = 50;

    /// <summary>Reports what is wrong, by member and in words.</summary>
    internal void Validate(IReadOnlyList<RoutePlace> places, Action<string, string> add)
    {
        if (MaxMessage is < 1024 or > 1024 * 1024)
        {
            add("MaxMessage", "must be between 1024 bytes and 1 MiB.");
        }

        if (MaxAnswer is < 65536 or > 64 * 1024 * 1024)
        {
            add("MaxAnswer", "must be between 64 KiB and 64 MiB.");
        }

        if (MessagesPerSecond is < 1 or > 100_000)
        {
            add("MessagesPerSecond", "must be between 1 and 100,000.");
        }

        for (var place = 0; place < Bases.Count; place++)
        {
            var wanted = Bases[place];
            if (wanted.Length == 0 || !places.Any(known => known.Base == wanted))
            {
                add($"Bases:{place}", "is not the base of a FHIR route (Phi.Base).");
            }
        }
    }
}
