using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Organizations;

/// <summary>Offboards an organization with all its clients in one step, or not at all.</summary>
internal sealed class OrganizationVerbs(RegistryEditor editor, OffboardingRegister register, TimeProvider time)
{
    /// <summary>Suspends or ends an organization and every client of its use cases.</summary>
    public async Task<Outcome<EditOutcome>> OffboardAsync(AdminCall call, string id, OffboardBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        if (OffboardingCause.Of(body.Event, body.EventAt, time.GetUtcNow()).Failed(out var problem, out var cause))
        {
            return problem;
        }

        var edit = new Edit("organization.offboard", "organization/" + id, set => Plan(call, set, id, body));
        if ((await editor.WriteAsync(call, edit)).Failed(out problem, out var outcome))
        {
            return problem;
        }

        if (outcome.Revision > 0)
        {
            var clients = outcome.Before.UseCasesOf(RegistryKind.Organization, id).SelectMany(one => outcome.Before.ClientsOf(one.Id));
            var content = new OffboardingContent(
                body.Stage == OffboardStage.Suspend ? "suspend" : "revoke",
                cause.Event,
                cause.At,
                body.Reason,
                outcome.Revision,
                [.. clients.Select(static client => client.Id).Order(StringComparer.Ordinal)],
                [id]
            );
            if (await register.BeginAsync(call, edit.Target, content) is { } unrecorded)
            {
                return unrecorded;
            }
        }

        return outcome;
    }

    private Outcome<EditPlan> Plan(AdminCall call, WorkingSet set, string id, OffboardBody body)
    {
        if (set.Find(RegistryKind.Organization, id) is not { Entity: Organization organization } found)
        {
            return AdminProblem.NotFound("organization");
        }

        if (ETag.Optional(call, found.Item) is { } stale)
        {
            return stale;
        }

        // What was ended does not become what is only watched: it would come back by one person's act. Ended again it may be, with what came
        // since.
        var observe = body.Stage == OffboardStage.Suspend;
        if (observe && organization.Status == OrganizationStatus.Offboarded)
        {
            return AdminProblem.Conflict("offboarded", "The organization was offboarded, which is final; it is not suspended any more.");
        }

        var useCases = set.UseCasesOf(RegistryKind.Organization, id).Select(static useCase => useCase.Id).ToHashSet(StringComparer.Ordinal);
        var clients = useCases
            .SelectMany(set.ClientsOf)
            .Select(client => set.Find(RegistryKind.Client, client.Id))
            .OfType<WorkingItem>()
            .Concat(
                set.Kind(RegistryKind.Client)
                    .Values.Where(item => item.IsNotUnderstood && UseCaseOf(item) is { } one && useCases.Contains(one))
            );
        var writes = new List<RegistryWrite>
        {
            new(
                RegistryKind.Organization,
                id,
                RegistryJson.Serialize(
                    organization with
                    {
                        Status = observe ? OrganizationStatus.Suspended : OrganizationStatus.Offboarded,
                    }
                ),
                found.Item.Version
            ),
        };
        var to = observe ? ClientStatus.Suspended : ClientStatus.Revoked;
        writes.AddRange(clients.Select(item => ClientClosing.Along(item, to, body.Reason, call.Persons)).OfType<RegistryWrite>());

        var now = time.GetUtcNow();
        return new EditPlan(writes)
        {
            Note = body.Reason,
            KeepsUnknown = true,
            Revocations = observe
                ? []
                :
                [
                    new Revocation(
                        Guid.CreateVersion7(now).ToString(),
                        RevocationTarget.Organization,
                        id,
                        null,
                        null,
                        body.Reason!,
                        PersonName.Signed(call.Persons),
                        now
                    ),
                ],
        };
    }

    // Of one that a newer version wrote as far as it says so in words that this version reads.
    private static string? UseCaseOf(WorkingItem item) =>
        StoredBody.WithoutNotes(item.Item.Json)["useCase"] is JsonValue value && value.TryGetValue<string>(out var named) ? named : null;
}

/// <summary>Body of an offboarding.</summary>
/// <param name="Reason">Why, in words without patient data; required.</param>
/// <param name="Stage">suspend to observe first, revoke (the default) to end it.</param>
/// <param name="Event">What it began with: call (the default), hr or caep.</param>
/// <param name="EventAt">When that was; absent: now.</param>
public sealed record OffboardBody(
    string? Reason = null,
    OffboardStage Stage = OffboardStage.Revoke,
    OffboardingEvent? Event = null,
    DateTimeOffset? EventAt = null
);

/// <summary>The two steps of offboarding.</summary>
public enum OffboardStage : byte
{
    /// <summary>Ends every path of the organization for good.</summary>
    Revoke,

    /// <summary>Closes every path until it is resumed, to see who notices.</summary>
    Suspend,
}
