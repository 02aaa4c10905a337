using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>
/// The first key of an empty installation: generated once and shown once, or configured by reference; there is no default secret.
/// </summary>
public static class BootstrapKey
{
    /// <summary>Id of the key in the registry.</summary>
    public const string Id = "bootstrap";

    /// <summary>Makes sure that somebody can get in; does nothing when any admin key exists.</summary>
    /// <param name="store">The registry.</param>
    /// <param name="journal">Takes the record before the key exists.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reference">Configured key by reference, <c>env:NAME</c> or <c>file:/path</c>; null: one of 256 bits is
    /// generated.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The generated key, to be shown once; null when there was nothing to do or the key was configured.</returns>
    /// <exception cref="AdminStartException">The configured key has fewer than 128 bits, or its reference leads nowhere.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot take the record; no key was made.</exception>
    public static async Task<string?> EnsureAsync(
        IRegistryStore store,
        IAuditJournal journal,
        TimeProvider time,
        string? reference,
        CancellationToken cancellationToken
    )
    {
        if ((await store.ListAsync(RegistryKind.AdminKey, null, 1, cancellationToken)).Count > 0)
        {
            return null;
        }

        var key = AdminKeyHash.NewKey();
        if (reference is not null && !SecretReference.TryResolve(reference, out key, out var why))
        {
            throw new AdminStartException($"The admin bootstrap key: {why}.");
        }

        if (!AdminKeyHash.IsStrong(key))
        {
            throw new AdminStartException(
                "The configured admin bootstrap key is too weak: at least 128 random bits are needed, such as the output of 'openssl rand -base64 32'."
            );
        }

        var now = time.GetUtcNow();
        var entity = new AdminKey
        {
            Id = Id,
            Person = Id,
            Hash = AdminKeyHash.Of(key),
            Roles = AdminRoles.All,
            Created = now,
        };
        await journal.AppendAsync(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                Kind = AuditKind.Admin,
                Event = "admin-key.bootstrap",
                Time = now,
                Actor = "system",
                Target = "admin-key/" + Id,
                Note = reference is null ? "generated" : "configured",
            }
        );
        var result = await store.WriteAsync(
            [new RegistryWrite(RegistryKind.AdminKey, Id, RegistryJson.Serialize(entity), 0)],
            "system",
            cancellationToken
        );

        // Another node was first: its key counts and ours never existed.
        return result is RegistryWriteResult.Written && reference is null ? key : null;
    }
}
