using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Organizations;

/// <summary>
/// Records that an owner has left: everything they stood behind loses its confirmation at once, and an alert tells somebody.
/// </summary>
internal sealed class OwnerVerbs(RegistryEditor editor, OffboardingRegister register, TimeProvider time)
{
    private const int MaxOwner = 256;

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
                .Before.All<Client>(RegistryKind.Client)
                .Where(client => IsOpen(client) && Without(client, owner) is not null)
                .ToList();
            var content = new OffboardingContent(
                "left",
                cause.Event,
                cause.At,
                body.Reason,
                outcome.Revision,
                [.. clients.Select(static client => client.Id).Order(StringComparer.Ordinal)],
                [
                    .. clients
                        .Select(client => outcome.Before.Find<UseCase>(RegistryKind.UseCase, client.UseCase)?.Organization)
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
            if (item.Entity is Client client && IsOpen(client) && Without(client, owner) is { } closed)
            {
                writes.Add(new RegistryWrite(RegistryKind.Client, id, RegistryJson.Serialize(closed), item.Item.Version));
                writes.Add(Alert(set, owner, "client/" + id, client.Deputy));
            }
        }

        foreach (
            var useCase in set.All<UseCase>(RegistryKind.UseCase)
                .Where(useCase => Same(useCase.Owner, owner) && useCase.Status != UseCaseStatus.Retired)
        )
        {
            writes.Add(Alert(set, owner, "use-case/" + useCase.Id, null));
        }

        return writes.Count == 0 ? AdminProblem.NotFound("owner") : new EditPlan(writes) { Note = reason };
    }

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

    private RegistryWrite Alert(WorkingSet set, string owner, string subject, string? notify)
    {
        // One alert per person and thing: said twice, it is still one.
        var id = AlertKinds.IdOf(AlertKinds.OwnerLeft, owner + "\n" + subject);
        var alert = new Alert
        {
            Id = id,
            Kind = AlertKinds.OwnerLeft,
            Subject = subject,
            At = time.GetUtcNow(),
            Evidence = $"The accountable owner {owner} left; name a new one and attest.",
            Notify = notify,
        };
        return new RegistryWrite(
            RegistryKind.Alert,
            id,
            RegistryJson.Serialize(alert),
            set.Find(RegistryKind.Alert, id)?.Item.Version ?? 0
        );
    }

    private static bool IsOpen(Client client) => client.Status is not (ClientStatus.Revoked or ClientStatus.Archived);

    private static bool Same(string left, string right) => PersonName.AreSame(left, right);
}
