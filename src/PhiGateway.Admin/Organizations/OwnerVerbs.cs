using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Organizations;

/// <summary>
/// Records that an owner has left: everything they stood behind loses its confirmation at once, and an alert tells somebody.
/// </summary>
internal sealed class OwnerVerbs(RegistryEditor editor, OffboardingRegister register, TimeProvider time)
{
    private const int MaxOwner = 256;
    private const string Day = "yyyy-MM-dd";

    /// <summary>Takes the confirmation from all clients of an owner and raises alerts.</summary>
    public async Task<Outcome<EditOutcome>> LeftAsync(AdminCall call, string owner, LeftBody body)
    {
        if (owner.Length > MaxOwner)
        {
            return AdminProblem.NotFound("owner");
        }

        if (OffboardingCause.Of(body.Event, body.EventAt, time.GetUtcNow()).Failed(out var problem, out var cause))
        {
            return problem;
        }

        var edit = new Edit("owner.left", "owner/" + owner, set => Plan(set, owner, body.Reason));
        if ((await editor.WriteAsync(call, edit)).Failed(out problem, out var outcome))
        {
            return problem;
        }

        if (outcome.Revision > 0)
        {
            var clients = outcome
                .Plan.Writes.Where(static write => write.Kind == RegistryKind.Client)
                .Select(static write => write.Id)
                .ToList();
            var content = new OffboardingContent(
                "left",
                cause.Event,
                cause.At,
                body.Reason,
                outcome.Revision,
                [.. clients.Order(StringComparer.Ordinal)],
                [
                    .. clients
                        .Select(client => outcome.Before.Find<Client>(RegistryKind.Client, client)?.UseCase)
                        .OfType<string>()
                        .Select(useCase => outcome.Before.Find<UseCase>(RegistryKind.UseCase, useCase)?.Organization)
                        .OfType<string>()
                        .Distinct(StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal),
                ]
            );
            if (await register.BeginAsync(call, edit.Target, content) is { } unrecorded)
            {
                return unrecorded;
            }
        }

        return outcome;
    }

    private Outcome<EditPlan> Plan(WorkingSet set, string owner, string? reason)
    {
        var writes = new List<RegistryWrite>();
        foreach (var (id, item) in set.Kind(RegistryKind.Client))
        {
            var client = item.Entity as Client;
            if (Closed(item, client, owner) is { } closed)
            {
                writes.Add(new RegistryWrite(RegistryKind.Client, id, closed, item.Item.Version));
                Tell(writes, set, owner, "client/" + id, client?.Deputy);
            }
        }

        foreach (
            var useCase in set.All<UseCase>(RegistryKind.UseCase)
                .Where(useCase => Same(useCase.Owner, owner) && useCase.Status != UseCaseStatus.Retired)
        )
        {
            Tell(writes, set, owner, "use-case/" + useCase.Id, null);
        }

        return writes.Count == 0 ? AdminProblem.NotFound("owner") : new EditPlan(writes) { Note = reason, KeepsUnknown = true };
    }

    // Null: nothing of it hangs on this person.
    private string? Closed(WorkingItem item, Client? client, string person)
    {
        if (client is null)
        {
            return item.IsNotUnderstood ? WithoutUnread(item.Item.Json, person) : null;
        }

        return IsOpen(client) && Without(client, person) is { } closed ? RegistryJson.Serialize(closed) : null;
    }

    // Of one that a newer version wrote: what it says of them in words that this version reads; all else stays as it is stored.
    private string? WithoutUnread(string json, string person)
    {
        if (ClientClosing.StatusOf(json) is ClientStatus.Revoked or ClientStatus.Archived)
        {
            return null;
        }

        var form = StoredBody.Whole(json);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).ToString(Day, CultureInfo.InvariantCulture);
        var charter = form["charter"] as JsonObject;
        var owned = TextOf(form, "owner") is { } owner && Same(owner, person);
        var answered =
            TextOf(charter, "accountable") is { } accountable
            && Same(accountable, person)
            && (TextOf(charter, "accountableUntil") is not { } until || string.CompareOrdinal(until, today) > 0);
        if (!owned && !answered)
        {
            return null;
        }

        if (owned)
        {
            form.Remove("ownerConfirmed");
        }

        if (answered)
        {
            charter!["accountableUntil"] = today;
        }

        return form.ToJsonString();
    }

    private static string? TextOf(JsonObject? form, string member) =>
        form?[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    // Who owned it no longer confirms it; who answered for an agent does so until today, and another needs an approval. Null: neither.
    private Client? Without(Client client, string person)
    {
        var owned = Same(client.Owner, person);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var answered = client.Charter is { } charter && charter.AccountableUntil > today && Same(charter.Accountable, person);
        if (!owned && !answered)
        {
            return null;
        }

        var closed = owned ? client with { OwnerConfirmed = null } : client;
        return answered ? closed with { Charter = closed.Charter! with { AccountableUntil = today } } : closed;
    }

    private void Tell(List<RegistryWrite> writes, WorkingSet set, string owner, string subject, string? notify)
    {
        // One alert per person and thing: said twice, it is still one. One that this version does not understand stands already, and keeps
        // nothing from being closed.
        var id = AlertKinds.IdOf(AlertKinds.OwnerLeft, owner + "\n" + subject);
        var there = set.Find(RegistryKind.Alert, id);
        if (there is { IsNotUnderstood: true })
        {
            return;
        }

        var alert = new Alert
        {
            Id = id,
            Kind = AlertKinds.OwnerLeft,
            Subject = subject,
            At = time.GetUtcNow(),
            Evidence = $"The accountable owner {owner} left; name a new one and attest.",
            Notify = notify,
        };
        writes.Add(new RegistryWrite(RegistryKind.Alert, id, RegistryJson.Serialize(alert), there?.Item.Version ?? 0));
    }

    private static bool IsOpen(Client client) => client.Status is not (ClientStatus.Revoked or ClientStatus.Archived);

    private static bool Same(string left, string right) => PersonName.AreSame(left, right);
}
