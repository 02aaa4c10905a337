using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Validation;

/// <summary>Checks clients, task grants and approvals before they are stored; adds a problem for each mistake.</summary>
internal static class ClientValidation
{
    internal static void Check(Client client, string path, ValidationContext context)
    {
        context.Person(client.Owner, path + "/owner");
        if (client.Deputy is not null)
        {
            context.Person(client.Deputy, path + "/deputy");
        }

        if (client.Deputy is { } deputy && string.Equals(deputy.Trim(), client.Owner.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            context.Add(path + "/deputy", "The deputy is another person than the owner.");
        }

        context.Ahead(client.Expires, path + "/expires");
        if (client.OwnerConfirmed is { } confirmed)
        {
            context.NotAhead(confirmed, path + "/ownerConfirmed");
        }

        if (client.Throttle is { RequestsPerSecond: < 1 })
        {
            context.Add(path + "/throttle/requestsPerSecond", "At least one request a second; to stop a client, suspend it.");
        }

        if (client.Charter is { } charter)
        {
            context.Person(charter.Accountable, path + "/charter/accountable");
        }

        // Of a well-formed id only: what is none is named by the check below.
        foreach (var (place, actor) in (client.Actors ?? []).Index())
        {
            if (RegistryId.IsValid(actor))
            {
                context.Reference(RegistryKind.Client, actor, $"{path}/actors/{place}");
            }
        }

        CharterChecks.Check(client, path, context.Problems);
        ClientChecks.Check(client, context.Find(RegistryKind.UseCase, client.UseCase) as UseCase, path, context.Problems);
    }

    internal static void Check(TaskGrant task, string path, ValidationContext context)
    {
        context.Reference(RegistryKind.Client, task.Client, path + "/client");
        context.Text(task.Workflow, path + "/workflow");
        if (!TaskEntry.TryRead(task, out _))
        {
            context.Add(path + "/resource", ClientCompiler.TaskGrantForm);
        }

        CheckPlace(task, path, context);
        if (task.MaxUses is <= 0)
        {
            context.Add(path + "/maxUses", "A task is used at least once; leave it out for no limit.");
        }

        if (!task.Closed)
        {
            // The day after the moment's own, so that a task may end today.
            context.Ahead(
                DateOnly.FromDateTime(task.Expires.UtcDateTime) is var day && day < DateOnly.MaxValue ? day.AddDays(1) : null,
                path + "/expires"
            );
        }
    }

    private static void CheckPlace(TaskGrant task, string path, ValidationContext context)
    {
        if (context.Find(RegistryKind.Client, task.Client) is not Client client)
        {
            return;
        }

        if (task.UseCase is { } useCase && !string.Equals(useCase, client.UseCase, StringComparison.Ordinal))
        {
            context.Add(path + "/useCase", "The client has another use case.");
        }

        var tenants = client.Tenants.Count > 0 ? client.Tenants : (context.Find(RegistryKind.UseCase, client.UseCase) as UseCase)?.Tenants;
        if (task.Tenant is { } tenant && tenants?.Contains(tenant, StringComparer.Ordinal) != true)
        {
            context.Add(path + "/tenant", "The client does not belong to this tenant.");
        }
    }

    internal static void Check(Approval approval, string path, ValidationContext context)
    {
        context.Reference(RegistryKind.Client, approval.Client, path + "/client");
        if (!PathDoors.HasFourEyes(approval.RequestedBy, approval.ApprovedBy))
        {
            context.Add(path + "/approvedBy", "Whoever asked does not approve: two persons are needed.");
        }

        context.NotAhead(DateOnly.FromDateTime(approval.ApprovedAt.UtcDateTime), path + "/approvedAt");
        if (!ValidationContext.IsSha256(approval.Fingerprint))
        {
            context.Add(path + "/fingerprint", "A fingerprint is SHA-256 in lower-case hex.");
        }
    }
}
