using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Compiles a client, its credentials and what they refer to into the entry that decisions read; called while a snapshot is built.
/// </summary>
internal static class ClientCompiler
{
    /// <summary>What is said of a task grant that cannot be read.</summary>
    internal const string TaskGrantForm =
        "The patient is a bare FHIR id, the resource Type/id, types and interactions are those of grants; "
        + "what it says of tenant, use case, types and interactions it says with byToken.";

    private static readonly Dictionary<string, CredentialEntry> NoCertificates = [];

    internal static ClientEntry Compile(ClientSources sources, List<RegistryProblem> problems)
    {
        var client = sources.Client;
        var path = RegistryPaths.Of(RegistryKind.Client, client.Id);
        var before = problems.Count;
        var charter = sources.Unreadable is null ? CharterChecks.Check(client, path, problems) : null;
        var (networks, hours) = sources.Unreadable is null
            ? ClientChecks.Check(client, sources.UseCase?.UseCase, path, problems)
            : ([], []);
        var notUnderstood = sources.NotUnderstood ?? sources.UseCase?.NotUnderstood;
        var contradiction =
            notUnderstood ?? sources.Unreadable ?? (problems.Count > before ? problems[before].Path : sources.UseCase?.Contradiction);
        var approval = Latest(sources.Approvals);
        var review = LatestReview(sources.Reviews);
        Credential[] credentials = [.. sources.Credentials.Select(static entry => entry.Credential)];
        var rights = sources.UseCase is null ? string.Empty : ApprovalFingerprint.OfRights(client, sources.UseCase.Fingerprint);
        var fingerprint = sources.UseCase is null ? string.Empty : ApprovalFingerprint.OfClient(rights, credentials);
        var doors = PathDoors.Of(
            client,
            sources.UseCase,
            approval,
            review,
            new(fingerprint, rights),
            contradiction,
            notUnderstood is not null
        );
        var (from, until) = PathDoor.Common(doors);
        return new ClientEntry
        {
            Client = client,
            UseCase = sources.UseCase?.UseCase,
            Agreement = sources.UseCase?.Agreement,
            Organization = sources.UseCase?.Organization,
            Credentials = credentials,
            Approval = approval,
            Approvers = ApproversOf(approval),
            Review = review,
            Fingerprint = fingerprint,
            RightsFingerprint = rights,
            Contradiction = contradiction,
            Doors = doors,
            OpenFrom = from,
            OpenUntil = until,
            Compiled = sources.UseCase,
            CompiledCredentials = [.. sources.Credentials],
            Certificates = CertificatesOf(sources.Credentials),
            Tenants = TenantsOf(client, sources.UseCase),
            Networks = networks,
            Hours = hours,
            Charter = charter,
            BindingRequired = client.Requires.Count > 0,
            AcceptsMtls = client.Requires.Contains("mtls", StringComparer.Ordinal),
            AcceptsDpop = client.Requires.Contains("dpop", StringComparer.Ordinal),
            Tasks = CompileTasks(sources, problems),
        };
    }

    // Of two of one thumbprint the first counts.
    private static Dictionary<string, CredentialEntry> CertificatesOf(IReadOnlyList<CredentialEntry> credentials)
    {
        Dictionary<string, CredentialEntry>? found = null;
        foreach (var entry in credentials)
        {
            if (entry.Credential.Kind == CredentialKind.Certificate)
            {
                (found ??= new(StringComparer.Ordinal)).TryAdd(entry.Credential.Thumbprint?.ToLowerInvariant() ?? string.Empty, entry);
            }
        }

        return found ?? NoCertificates;
    }

    // The use case's own texts where they say the same: they are shared by all its clients.
    private static string[] TenantsOf(Client client, UseCaseEntry? useCase)
    {
        if (client.Tenants.Count == 0)
        {
            return useCase?.Tenants ?? [];
        }

        var shared = (useCase?.Tenants ?? []).ToHashSet(StringComparer.Ordinal);
        return [.. client.Tenants.Select(tenant => shared.TryGetValue(tenant, out var known) ? known : tenant)];
    }

    // A task that cannot be read grants nothing; nothing else depends on it.
    private static TaskEntry[] CompileTasks(ClientSources sources, List<RegistryProblem> problems)
    {
        var entries = new List<TaskEntry>(sources.Tasks.Count);
        foreach (var task in sources.Tasks)
        {
            // Of another use case than it was opened for: the client was moved, and the task means something else now.
            if (task.Closed || (task.UseCase is { } named && !string.Equals(named, sources.Client.UseCase, StringComparison.Ordinal)))
            {
                continue;
            }

            if (TaskEntry.TryRead(task, out var entry))
            {
                entries.Add(entry);
            }
            else
            {
                problems.Add(new RegistryProblem(RegistryPaths.Of(RegistryKind.TaskGrant, task.Id), TaskGrantForm));
            }
        }

        return entries.Count == 0 ? [] : [.. entries];
    }

    // For each record of the client, so once.
    private static string[] ApproversOf(Approval? approval)
    {
        string?[] named = [approval?.ApprovedBy, approval?.CarriedOver?.By];
        return [.. named.OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static Approval? Latest(IReadOnlyList<Approval> approvals)
    {
        Approval? latest = null;
        foreach (var approval in approvals)
        {
            if (
                latest is null
                || approval.ApprovedAt > latest.ApprovedAt
                || (approval.ApprovedAt == latest.ApprovedAt && string.CompareOrdinal(approval.Id, latest.Id) > 0)
            )
            {
                latest = approval;
            }
        }

        return latest;
    }

    private static Review? LatestReview(IReadOnlyList<Review> reviews)
    {
        Review? latest = null;
        foreach (var review in reviews)
        {
            // On the same day the stricter word counts: Keep < Narrow < Remove.
            if (
                latest is null
                || review.On > latest.On
                || (
                    review.On == latest.On
                    && (
                        review.Decision > latest.Decision
                        || (review.Decision == latest.Decision && string.CompareOrdinal(review.Id, latest.Id) > 0)
                    )
                )
            )
            {
                latest = review;
            }
        }

        return latest;
    }
}
