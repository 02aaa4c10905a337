using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>Finds documents of every kind that people call by a name, by part of it, over the whole registry; called by the console.</summary>
internal sealed class RegistryFinder(WorkingSetSource sets)
{
    // Whose ids people choose as names; what a task is about may be a patient.
    private static readonly RegistryKind[] Named =
    [
        .. Enum.GetValues<RegistryKind>().Where(static kind => kind is not (RegistryKind.TaskGrant or RegistryKind.Review)),
    ];

    /// <summary>What fits a text, by kind; of each kind the first few and how many there are.</summary>
    /// <param name="call">The call; access reviews are found by those who may read them.</param>
    /// <param name="text">Part of a name, in any case.</param>
    /// <param name="most">How many of each kind are told.</param>
    public async Task<IReadOnlyList<FoundKind>> FindAsync(AdminCall call, string text, int most)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var found = new List<FoundKind>();
        Add<Client>(RegistryKind.Client, static one => [one.Id, one.Description, one.Owner, one.Deputy]);
        Add<Organization>(RegistryKind.Organization, static one => [one.Id, one.Name]);
        Add<UseCase>(RegistryKind.UseCase, static one => [one.Id, one.Title]);
        Add<AlertCase>(RegistryKind.Case, static one => [one.Id, one.Title, one.Subject]);
        Add<Alert>(RegistryKind.Alert, static one => [one.Id, one.Kind, one.Subject, one.Evidence, one.AssignedTo]);
        if (call.Caller.HasAny(AdminRoles.UseReaders))
        {
            Add<Campaign>(RegistryKind.Campaign, static one => [one.Id, one.Title]);
        }

        return found;

        void Add<T>(RegistryKind kind, Func<T, string?[]> names)
            where T : class, IRegistryEntity
        {
            var items = set.All<T>(kind).Where(one => Array.Exists(names(one), name => Has(name, text))).ToList();
            if (items.Count > 0)
            {
                found.Add(
                    new FoundKind(kind, [.. items.Take(most).Select(one => new FoundDocument(one.Id, TitleOf(names(one))))], items.Count)
                );
            }
        }
    }

    /// <summary>Persons who own or stand in for clients, by part of their name.</summary>
    public async Task<IReadOnlyList<string>> FindPersonsAsync(AdminCall call, string text, int most)
    {
        var set = await sets.GetAsync(call.Cancelled);
        return
        [
            .. set.All<Client>(RegistryKind.Client)
                .SelectMany(static client => new[] { client.Owner, client.Deputy })
                .OfType<string>()
                .Where(person => Has(person, text))
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.OrdinalIgnoreCase)
                .Take(most),
        ];
    }

    /// <summary>Whether the registry has exactly this name: of a document, with its kind or without, of a tenant or a person of it.</summary>
    /// <remarks>
    /// Security: among what the caller may read. The answer shows in an address, and whoever tries names would learn by it which there are.
    /// </remarks>
    public async Task<bool> KnowsAsync(AdminCall call, string name)
    {
        var set = await sets.GetAsync(call.Cancelled);
        var (word, id) = name.Split('/', 2) is [var first, var rest] ? (first, rest) : (null, name);
        var isDocument = Array.Exists(
            Named,
            kind => (word is null || word == KindWord.Of(kind)) && MayRead(call, kind) && set.Find(kind, id) is not null
        );
        return isDocument
            || set.All<UseCase>(RegistryKind.UseCase).Any(one => one.Tenants.Contains(name, StringComparer.Ordinal))
            || set.All<Client>(RegistryKind.Client).Any(one => one.Owner == name || one.Deputy == name)
            || (
                call.Caller.HasAny(AdminRoles.UseReaders)
                && set.All<AdminKey>(RegistryKind.AdminKey).Any(one => string.Equals(one.Person, name, StringComparison.Ordinal))
            );
    }

    private static bool MayRead(AdminCall call, RegistryKind kind) =>
        RegistryRoute.All.Any(route => route.Kind == kind && call.Caller.HasAny(route.Readers));

    private static bool Has(string? name, string text) => name?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;

    // Beside the id what a person calls it.
    private static string? TitleOf(string?[] names) => names.Length > 1 ? names[1] : null;
}

/// <summary>What was found of one kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Items">The first few, by id.</param>
/// <param name="Total">How many there are.</param>
internal sealed record FoundKind(RegistryKind Kind, IReadOnlyList<FoundDocument> Items, int Total);

/// <summary>One document that fits.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What people call it; null: nothing else.</param>
internal sealed record FoundDocument(string Id, string? Title);
