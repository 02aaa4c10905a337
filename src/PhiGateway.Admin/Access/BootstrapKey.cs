using System.Text;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Access;

/// <summary>
/// Makes the first key of an empty installation, and makes it anew when no admin key works or the configuration asks for it: generated once
/// and shown once, or configured by reference; there is no default secret.
/// </summary>
public static class BootstrapKey
{
    /// <summary>Id of the key in the registry.</summary>
    public const string Id = AdminKeyRules.Bootstrap;

    /// <summary>How long it works: long enough to make the persons' keys, too short to stay.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>
    /// Makes sure that somebody can get in; does nothing while any key of the role admin works. Where none does any more, it makes the key
    /// anew: whoever owns the machine is let in, on record.
    /// </summary>
    /// <param name="store">The registry.</param>
    /// <param name="journal">Takes the record before the key exists.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reference">Configured key by reference, <c>env:NAME</c> or <c>file:/path</c>; null: one of 256 bits is
    /// generated.</param>
    /// <param name="file">Where a generated key is put, readable by its owner only; null: nowhere.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="renew">Make it anew although others work: whoever owns the machine has lost them all.</param>
    /// <returns>The generated key; null when there was nothing to do or the key was configured.</returns>
    /// <exception cref="AdminStartException">The configured key has fewer than 128 bits, its reference leads nowhere, or the file cannot be
    /// written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot take the record; no key was made.</exception>
    public static async Task<string?> EnsureAsync(
        IRegistryStore store,
        IAuditJournal journal,
        TimeProvider time,
        string? reference,
        string? file,
        CancellationToken cancellationToken,
        bool renew = false
    )
    {
        var now = time.GetUtcNow();
        if (!renew && await HasAdminAsync(store, now, cancellationToken))
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

        var earlier = await store.FindAsync(RegistryKind.AdminKey, Id, cancellationToken);
        var entity = new AdminKey
        {
            Id = Id,
            Person = Id,
            Hash = AdminKeyHash.Of(key),
            Roles = AdminRoles.Given,
            Created = now,
            Expires = now + Life,
        };
        await journal.AppendAsync(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                Kind = AuditKind.Admin,
                Event = "admin-key.bootstrap",
                Time = now,
                Actor = AdminKeyRules.Gateway,
                Target = "admin-key/" + Id,
                Note = (reference is null ? "generated" : "configured") + Why(earlier, renew),
            }
        );

        // First where it can be read, then where it counts: a key that nobody knows would lock everybody out.
        if (reference is null && file is not null)
        {
            Put(file, key);
        }

        var result = await store.WriteAsync(
            [new RegistryWrite(RegistryKind.AdminKey, Id, RegistryJson.Serialize(entity), earlier?.Version ?? 0)],
            AdminKeyRules.Gateway,
            cancellationToken
        );

        if (result is RegistryWriteResult.Written)
        {
            return reference is null ? key : null;
        }

        // Another node was first: its key counts and ours never existed.
        if (reference is null && file is not null)
        {
            File.Delete(file);
        }

        return null;
    }

    private static string Why(RegistryItem? earlier, bool renew) =>
        (earlier, renew) switch
        {
            (_, true) => ": made anew, as configured",
            (null, _) => string.Empty,
            _ => ": no other admin key works",
        };

    private static async Task<bool> HasAdminAsync(IRegistryStore store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string? after = null;
        while (await store.ListAsync(RegistryKind.AdminKey, after, PageRequest.Most, cancellationToken) is { Count: > 0 } page)
        {
            // What this version cannot read is not held to be nothing: a key of a newer one may work.
            if (page.Any(item => StoredBody.Read(item, out _) is not AdminKey key || LastAdminGuard.IsWorkingAdmin(key, now)))
            {
                return true;
            }

            after = page[^1].Id;
        }

        return false;
    }

    private static void Put(string file, string key)
    {
        try
        {
            File.Delete(file);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(file, Encoding.ASCII, options);
            writer.Write(key);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AdminStartException($"The first admin key cannot be put into '{file}': {fault.Message}");
        }
    }
}
