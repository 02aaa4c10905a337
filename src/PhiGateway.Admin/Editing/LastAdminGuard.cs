using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Refuses a write that leaves the registry without a key of the role admin that works now, however it would go away.</summary>
internal static class LastAdminGuard
{
    public static AdminProblem? Check(WorkingSet before, WorkingSet after, EditPlan plan, DateTimeOffset now) =>
        plan.Writes.Any(static write => write.Kind == RegistryKind.AdminKey) && HasAdmin(before, now) && !HasAdmin(after, now)
            ? AdminProblem.Conflict("last-admin-key", "This is the last working key with the role admin: make another one first.")
            : null;

    /// <summary>Whether a key manages keys, and works.</summary>
    public static bool IsWorkingAdmin(AdminKey key, DateTimeOffset now) =>
        key is { Disabled: false, Handover: not KeyHandover.Unclaimed } && !(key.Expires <= now) && key.Roles.Contains(AdminRoles.Admin);

    private static bool HasAdmin(WorkingSet set, DateTimeOffset now) =>
        set.All<AdminKey>(RegistryKind.AdminKey).Any(key => IsWorkingAdmin(key, now));
}
