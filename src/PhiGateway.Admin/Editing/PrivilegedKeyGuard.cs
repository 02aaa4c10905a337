using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Refuses a write that makes a key with the role approver or one that reads the trail work before an approver has released it: who approves and who reads
/// the trail is not one administrator's choice.
/// </summary>
/// <remarks>
/// The key of a new installation is above this, since nobody else is there yet: it makes the first persons' keys, and is then to be deleted.
/// </remarks>
internal static class PrivilegedKeyGuard
{
    private const string Bootstrap = "key:" + AdminKeyRules.Bootstrap;

    /// <summary>Whether a key has a role that needs a second person.</summary>
    public static bool IsPrivileged(AdminKey key) => key.Roles.Any(IsPrivileged);

    /// <summary>Whether the caller makes such keys alone.</summary>
    public static bool IsFree(AdminCall call) => call.Caller.Method == Bootstrap && call.Caller.HasAny([AdminRoles.Approver]);

    /// <summary>The refusal of a write after which such a key works that did not work like that before; null: there is none.</summary>
    public static AdminProblem? Check(Edit edit, AdminCall call, WorkingSet before, WorkingSet after, DateTimeOffset now, EditPlan plan)
    {
        if (edit.IsSecondPerson || IsFree(call))
        {
            return null;
        }

        var opens = plan
            .Writes.Where(static write => write.Kind == RegistryKind.AdminKey)
            .Select(write =>
                (
                    Was: before.Find<AdminKey>(RegistryKind.AdminKey, write.Id),
                    Becomes: after.Find<AdminKey>(RegistryKind.AdminKey, write.Id)
                )
            )
            .Any(pair => pair.Becomes is { } key && NeedsRelease(key) && Works(key, now) && !Covers(pair.Was, key, now));
        return opens
            ? new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "Such a key works once an approver has released it (:approve); until then it stays disabled."
            )
            : null;
    }

    private static bool IsPrivileged(string role) =>
        role
            is AdminRoles.Approver
                or AdminRoles.Auditor
                or AdminRoles.PrivacyOfficer
                or AdminRoles.AuditConsumer
                or AdminRoles.EnforcementPoint;

    // What has been handed over in parts has never been seen whole: let to work by its maker alone, the first part would do.
    private static bool NeedsRelease(AdminKey key) => IsPrivileged(key) || key.Handover == KeyHandover.Unclaimed;

    private static bool Works(AdminKey key, DateTimeOffset now) => !key.Disabled && !(key.Expires <= now);

    private static bool Covers(AdminKey? was, AdminKey key, DateTimeOffset now) =>
        was is not null
        && Works(was, now)
        && string.Equals(was.Person, key.Person, StringComparison.Ordinal)
        && string.Equals(was.Hash, key.Hash, StringComparison.Ordinal)
        && key.Roles.All(role => was.Roles.Contains(role) || !IsPrivileged(role))
        && (was.Expires is null || key.Expires <= was.Expires);
}
