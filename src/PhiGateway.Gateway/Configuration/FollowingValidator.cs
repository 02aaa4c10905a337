namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Validates how a node follows its registry: each length by itself, and all of them together. Called by
/// <see cref="GatewayOptionsValidator"/>.
/// </summary>
internal static class FollowingValidator
{
    /// <summary>Adds every problem found, as key below <c>PhiGateway</c> and words.</summary>
    public static void Validate(RegistryOptions registry, Action<string, string> add)
    {
        var (poll, timeout, unconfirmed, age) = (
            registry.PollInterval,
            registry.PollTimeout,
            registry.MaxUnconfirmed,
            registry.MaxSnapshotAge
        );
        var isEachFine =
            IsBetween(age, TimeSpan.FromSeconds(5), TimeSpan.FromDays(1), "Registry:MaxSnapshotAge", "5 seconds and 1 day", add)
            & IsBetween(poll, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(30), "Registry:PollInterval", "0.1 and 30 seconds", add)
            & IsBetween(timeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(30), "Registry:PollTimeout", "0.1 and 30 seconds", add)
            & IsBetween(
                unconfirmed,
                TimeSpan.FromSeconds(0.5),
                TimeSpan.FromMinutes(1),
                "Registry:MaxUnconfirmed",
                "0.5 seconds and 1 minute",
                add
            );
        if (registry is { SealRequired: true, SealKeyFile: null })
        {
            add("Registry:SealRequired", "needs Registry:SealKeyFile.");
        }

        if (!isEachFine)
        {
            return;
        }

        // A quiet node would be away by its own measure between two looks, and each request would wait for the next one.
        if (poll + timeout > unconfirmed)
        {
            add(
                "Registry:MaxUnconfirmed",
                $"is {unconfirmed}, shorter than Registry:PollInterval and Registry:PollTimeout together ({poll + timeout}): "
                    + "between two looks every request would wait for the next."
            );
        }

        // Access would close before anybody had to look.
        if (unconfirmed > age)
        {
            add(
                "Registry:MaxSnapshotAge",
                $"is {age}, shorter than Registry:MaxUnconfirmed ({unconfirmed}): access would close between two looks."
            );
        }
    }

    private static bool IsBetween(TimeSpan value, TimeSpan least, TimeSpan most, string key, string words, Action<string, string> add)
    {
        if (value >= least && value <= most)
        {
            return true;
        }

        add(key, $"must be between {words}.");
        return false;
    }
}
