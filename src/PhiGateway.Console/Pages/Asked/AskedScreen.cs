using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Console.Http;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Console.Pages.Asked;

/// <summary>
/// Takes the filters of every page as a form, and leads to the page: names that the registry knows, moments, ids and choices as they are, so
/// that a colleague can read the address; whatever else was typed sealed.
/// </summary>
/// <remarks>
/// Security: whoever types a patient's name into a filter has it in no history and no proxy's log. The page is one of those named here:
/// no form leads elsewhere.
/// </remarks>
internal sealed partial class AskedScreen(RegistryFinder finder, AskedSeal seal)
{
    /// <summary>Where the form is sent.</summary>
    public const string Path = "/console/asked";

    /// <summary>The field that names the page.</summary>
    public const string Page = "_page";

    /// <summary>The pages that have filters.</summary>
    internal static readonly string[] Pages =
    [
        "/console/alerts",
        "/console/approvals",
        "/console/audit",
        "/console/cases",
        "/console/clients",
        "/console/design",
        "/console/history",
        "/console/history/revert",
        "/console/lab/shadows",
        "/console/reviews",
        "/console/stop",
        "/console/strangers",
        "/console/vendors",
    ];

    // Out of a list on the page.
    private static readonly string[] Choices =
    [
        "decision",
        "form",
        "interaction",
        "kind",
        "lane",
        "mine",
        "overdue",
        "prune",
        "severity",
        "state",
        "status",
        "target",
        "why",
    ];

    private static readonly string[] Moments = ["at", "from", "to"];

    /// <summary>Leads to the page.</summary>
    public async Task<ScreenAnswer> LeadAsync(ConsoleRequest request)
    {
        if (request.Typed(Page) is not { } path || !Pages.Contains(path))
        {
            return AdminProblem.BadParameter(Page, "one of the console's pages is expected.");
        }

        var (shown, typed) = (new List<(string, string?)>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (name, text) in request.Filled.Where(static field => field.Name is not (Page or ConsoleForm.Token)))
        {
            if (await IsShownAsync(request.Call, name, text))
            {
                shown.Add((name, text));
            }
            else
            {
                typed[name] = text;
            }
        }

        return seal.Seal(typed) is { } words
            ? new ScreenAnswer.Go(words.Link(path, [.. shown, .. typed.Select(static one => (one.Key, (string?)one.Value))]))
            : AdminProblem.BadParameter("filters", "they are too long for one search.");
    }

    private async Task<bool> IsShownAsync(AdminCall call, string name, string text) =>
        name switch
        {
            _ when Choices.Contains(name) => Choice().IsMatch(text),
            _ when Moments.Contains(name) => Moment().IsMatch(text),
            "event" => Event().IsMatch(text),
            "id" => Guid.TryParseExact(text, "D", out _),
            "reason" => DenyReason.Find(text) is not null,
            "type" => ResourceType.TryParse(text, out _),
            "peer" => Address().IsMatch(text) && (IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _)),
            _ => await finder.KnowsAsync(call, text),
        };

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$", RegexOptions.CultureInvariant)]
    private static partial Regex Choice();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?)?(Z|[+-]\d{2}:\d{2})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();

    // By what they are of: a name of a person with a dot in it is none.
    [GeneratedRegex(
        @"^(accounting|admin|admin-key|agreement|alert|audit|authzen|campaign|campaign-item|case|client|clock|config|console|credential"
            + @"|decision|disclosure|gateway|intent|issuer|journal|keeping|node|offboarding|organization|owner|refusals|registration"
            + @"|registry|revocation|roster|routes|shadow|signal|store|task-grant|token|trail|use-case)(\.[a-z-]{1,32})?\.([a-z-]{1,32}|\*)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Event();

    [GeneratedRegex("^[0-9a-fA-F]*[.:][0-9a-fA-F.:/]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
