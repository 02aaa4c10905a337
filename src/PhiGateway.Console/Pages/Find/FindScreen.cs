using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Documents;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Patients;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Console.Pages.Find;

/// <summary>
/// One search box for all: a decision by its id, a reason by its code, a client by its name, else a page of whatever goes by the words. What
/// only some may read is found by them alone.
/// </summary>
/// <remarks>
/// Security: what is typed is sent as a form and stands in no address, whatever it is: whoever types a patient's name or id has it in no
/// history and no proxy's log. An address is made of what was found only.
/// </remarks>
internal sealed class FindScreen(ClientDirectory clients, RegistryFinder finder, PatientScreen patients, AskedSeal seal)
{
    private const string PatientType = "Patient/";

    private const int Most = 10;
    private const int MostText = 128;

    private static readonly (RegistryKind Kind, string Name)[] Names =
    [
        (RegistryKind.Client, "Clients"),
        (RegistryKind.Organization, "Vendors"),
        (RegistryKind.UseCase, "Use cases"),
        (RegistryKind.Case, "Cases"),
        (RegistryKind.Alert, "Alerts"),
        (RegistryKind.Campaign, "Reviews"),
    ];

    /// <summary>The box by itself; an address with words in it, such as one that was kept from before, shows no more.</summary>
    public static ScreenAnswer Ask(ConsoleRequest request) => Page(request, null, []);

    /// <summary>Goes there, or shows what fits.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if (request.Typed("q") is not { Length: <= MostText } text)
        {
            return Ask(request);
        }

        if (text.StartsWith(PatientType, StringComparison.OrdinalIgnoreCase))
        {
            return request.Call.Caller.HasAny(ConsoleSections.Openers) ? patients.AskWith(request, text) : Page(request, string.Empty, []);
        }

        var mayRead = request.Call.Caller.HasAny(ConsoleSections.TrailReaders);

        // Which of them a privacy officer opens is decided there.
        if (request.Call.Caller.HasAny(ConsoleSections.Openers) && Guid.TryParse(text, out var id))
        {
            return new ScreenAnswer.Go(Links.Access(id));
        }

        if (mayRead && DenyReason.Find(text) is not null)
        {
            return new ScreenAnswer.Go(Links.Audit(reason: text));
        }

        if ((await clients.FindAsync(request.Call, text)).Value is { } exact)
        {
            return new ScreenAnswer.Go(Links.Client(exact.Client.Id));
        }

        var groups = new List<FindGroup>();
        foreach (var found in await finder.FindAsync(request.Call, text, Most))
        {
            groups.Add(GroupOf(found) with { All = AllOf(found.Kind, text) });
        }

        if (mayRead)
        {
            AddIfAny(groups, Reasons(text));
            var persons = await finder.FindPersonsAsync(request.Call, text, Most);
            AddIfAny(groups, new FindGroup("People", [.. persons.Select(PersonOf)], persons.Count));
        }

        return groups is [{ Items: [var only], Total: 1 }] ? new ScreenAnswer.Go(only.Href) : Page(request, text, groups);
    }

    private static ScreenAnswer Page(ConsoleRequest request, string? text, IReadOnlyList<FindGroup> groups) =>
        new PageContent(
            "Found",
            string.Empty,
            typeof(FindPage),
            new FindModel(text, groups, request.Call.Caller.HasAny(ConsoleSections.Openers))
        );

    private static FindGroup GroupOf(FoundKind found) =>
        new(
            Array.Find(Names, pair => pair.Kind == found.Kind).Name,
            [.. found.Items.Select(item => new FindLine(item.Id, item.Title, HrefOf(found.Kind, item.Id)))],
            found.Total
        );

    // The lists that are searched by part of the same names.
    private string? AllOf(RegistryKind kind, string text)
    {
        var list = kind switch
        {
            RegistryKind.Client => "/console/clients",
            RegistryKind.Organization => "/console/vendors",
            RegistryKind.Case => "/console/cases",
            _ => null,
        };
        var typed = new Dictionary<string, string>(StringComparer.Ordinal) { ["q"] = text };
        var state = kind == RegistryKind.Case ? "all" : null;
        return list is null ? null : seal.Seal(typed)?.Link(list, ("state", state), ("q", text));
    }

    private static string HrefOf(RegistryKind kind, string id) =>
        kind switch
        {
            RegistryKind.Organization => Links.Vendor(id),
            RegistryKind.UseCase => Links.UseCase(id),
            RegistryKind.Case => Links.Case(id),
            RegistryKind.Alert => Links.Alert(id),
            RegistryKind.Campaign => Links.Review(id),
            _ => Links.Client(id),
        };

    // By part of its code, or of what it says to the client.
    private static FindGroup Reasons(string text)
    {
        var found = DenyReason
            .All.Where(reason =>
                reason.Code.Contains(text, StringComparison.OrdinalIgnoreCase)
                || reason.PublicText.Contains(text, StringComparison.OrdinalIgnoreCase)
            )
            .ToList();
        return new FindGroup(
            "Reasons of refusals",
            [.. found.Take(Most).Select(static reason => new FindLine(reason.Code, reason.PublicText, Links.Audit(reason: reason.Code)))],
            found.Count
        );
    }

    private static FindLine PersonOf(string person) => new(person, "what they did, as the trail has it", Links.Audit(actor: person));

    private static void AddIfAny(List<FindGroup> groups, FindGroup group)
    {
        if (group.Total > 0)
        {
            groups.Add(group);
        }
    }
}
