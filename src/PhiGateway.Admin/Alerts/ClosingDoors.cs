using System.Globalization;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Finds every door with a date that will close within the longest lead, once per door and date, with the clients behind it and who answers
/// for it.
/// </summary>
internal static class ClosingDoors
{
    public const string Kind = AlertKinds.DoorClosing;

    private const string Certificate = "listener-certificate";

    // More names help nobody.
    private const int MaxNamed = 10;

    /// <summary>The alerts that should stand now, by id; their state is left to who compares them with those that do.</summary>
    /// <param name="snapshot">The registry in force.</param>
    /// <param name="set">The registry as the control plane has it.</param>
    /// <param name="leads">Days before, none: nothing is told.</param>
    /// <param name="now">The moment.</param>
    /// <param name="node">The node that asks, and when its listeners' certificate ends, if that is soon.</param>
    public static Dictionary<string, Alert> Find(
        RegistrySnapshot snapshot,
        WorkingSet set,
        IReadOnlyList<int> leads,
        DateTimeOffset now,
        (string Name, DateTimeOffset? CertificateEnds) node = default
    )
    {
        var alerts = new Dictionary<string, Alert>(StringComparer.Ordinal);
        if (leads.Count == 0)
        {
            return alerts;
        }

        var horizon = now.AddDays(leads.Max());
        var urgent = now.AddDays(leads.Min());
        foreach (
            var group in Doors(snapshot, now)
                .Concat(Keys(set))
                .Concat(Listeners(node.Name ?? string.Empty, node.CertificateEnds))
                .Where(door => door.Due <= horizon)
                .GroupBy(static door => (door.Subject, door.Name, door.Due))
        )
        {
            var (subject, name, due) = group.Key;
            var clients = group.Select(static door => door.Client).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
            var id = IdOf(subject, name, due);
            alerts[id] = new Alert
            {
                Id = id,
                Kind = Kind,
                Subject = subject,
                Door = name,
                Due = due,
                At = now,
                Severity = due <= urgent && leads.Min() < leads.Max() ? AlertSeverity.Urgent : AlertSeverity.Warning,
                Evidence = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Door {name} closes on {due:yyyy-MM-dd}. {group.First().Advice}{(clients.Count > 0 ? " Clients: " + Named(clients) + "." : string.Empty)}"
                ),
                Notify = Named([
                    .. group
                        .SelectMany(static door => door.Owners)
                        .Where(static owner => !string.IsNullOrWhiteSpace(owner))
                        .Distinct(StringComparer.OrdinalIgnoreCase),
                ]),
            };
        }

        return alerts;
    }

    internal static string IdOf(string subject, string door, DateTimeOffset due)
    {
        var text = $"{subject}\n{door}\n{due.UtcTicks.ToString(CultureInfo.InvariantCulture)}";
        return AlertKinds.IdOf(Kind, text);
    }

    private static IEnumerable<ClosingDoor> Doors(RegistrySnapshot snapshot, DateTimeOffset now)
    {
        // A client that is not active has no path that could close.
        foreach (var entry in snapshot.ListClients().Where(static entry => entry.Client.Status == ClientStatus.Active))
        {
            foreach (var door in Posture.Of(entry, snapshot, now))
            {
                if (door is { ClosesAt: { } due, Rule: { } subject } && !IsReplaced(entry, subject))
                {
                    yield return new ClosingDoor(
                        subject,
                        door.Name.Split('/')[0],
                        due,
                        (door.Advice ?? string.Empty) + (door.Guards ? string.Empty : " It is inventory only: no call is refused."),
                        entry.Client.Id,
                        OwnersOf(entry, subject)
                    );
                }
            }
        }
    }

    // The last key of an administrator is a door too, if not of a client's path.
    private static IEnumerable<ClosingDoor> Keys(WorkingSet set) =>
        set.All<AdminKey>(RegistryKind.AdminKey)
            .Where(static key => key is { Disabled: false, Expires: not null })
            .Select(static key => new ClosingDoor(
                "admin-key/" + key.Id,
                "admin-key",
                key.Expires!.Value,
                "Make a new key.",
                null,
                [key.Person]
            ));

    /// <summary>Whether it is told by a node of itself, and that node is another one: nobody else knows whether it is still so.</summary>
    public static bool IsOfAnotherNode(Alert alert, string node) => alert.Door == Certificate && alert.Subject != SubjectOf(node);

    // The door through which everybody comes.
    private static IEnumerable<ClosingDoor> Listeners(string node, DateTimeOffset? ends)
    {
        if (ends is { } due)
        {
            yield return new ClosingDoor(SubjectOf(node), Certificate, due, "Renew the certificate of its listeners.", null, []);
        }
    }

    private static string SubjectOf(string node) => "node/" + node;

    // The old credential of a rotation ends as planned; the new one carries on.
    private static bool IsReplaced(ClientEntry entry, string subject) =>
        entry.Credentials.Any(credential => credential.OverlapUntil is not null && subject == "credential/" + credential.Id)
        && entry.Credentials.Any(static credential => credential.OverlapUntil is null);

    private static IReadOnlyList<string?> OwnersOf(ClientEntry entry, string subject) =>
        subject.StartsWith("use-case/", StringComparison.Ordinal)
        || subject.StartsWith("agreement/", StringComparison.Ordinal)
        || subject.StartsWith("organization/", StringComparison.Ordinal)
            ? [entry.UseCase?.Owner]
            : [entry.Client.Owner, entry.Client.Deputy];

    private static string Named(IReadOnlyList<string?> names) =>
        string.Join(", ", names.Take(MaxNamed))
        + (names.Count > MaxNamed ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - MaxNamed} more") : string.Empty);

    private sealed record ClosingDoor(
        string Subject,
        string Name,
        DateTimeOffset Due,
        string Advice,
        string? Client,
        IReadOnlyList<string?> Owners
    );
}
