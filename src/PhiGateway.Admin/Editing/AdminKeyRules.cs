using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Checks an admin key that is written: that its roles exist, and that it names whose it is. Returns the findings.</summary>
internal static class AdminKeyRules
{
    /// <summary>The id and the person of the first key, which nobody else may bear: it has rights of its own.</summary>
    public const string Bootstrap = "bootstrap";

    /// <summary>Who acts where nobody does: the gateway itself.</summary>
    public const string Gateway = "system";

    /// <summary>How the name of every transmitter of signals begins that acts here: a machine, and no person.</summary>
    public const string Transmitters = "signals/";

    /// <summary>Whether nobody may act under a name: the first key's, which is above four eyes, and the gateway's own.</summary>
    public static bool IsReserved(string person) => PersonName.AreSame(person, Bootstrap) || PersonName.AreSame(person, Gateway);

    /// <summary>Whether a name is that of a machine which acts by itself: the gateway, or a transmitter of signals. It is no person.</summary>
    public static bool IsMachine(string doer) =>
        doer.Equals(Gateway, StringComparison.OrdinalIgnoreCase) || doer.StartsWith(Transmitters, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a key.</summary>
    /// <param name="key">The key as it would be.</param>
    /// <param name="current">As it is; null: it is new.</param>
    public static IReadOnlyList<ProblemPointer> Check(AdminKey key, AdminKey? current)
    {
        var findings = new List<ProblemPointer>();
        if (current is null && new Author(key.Id, 0).Is(Bootstrap))
        {
            findings.Add(new ProblemPointer("/id", "reserved", "Only the gateway makes the first key."));
        }

        if (key.Id != Bootstrap && IsReserved(key.Person))
        {
            findings.Add(new ProblemPointer("/person", "reserved", "Name the person or pipeline behind the key."));
        }

        if (key.Id == Bootstrap && current is not null && !PersonName.AreSame(key.Person, current.Person))
        {
            findings.Add(new ProblemPointer("/person", "reserved", "The first key is nobody's: make a key for each person."));
        }

        if (key.Id == Bootstrap && current?.Expires is { } end && !(key.Expires <= end))
        {
            findings.Add(new ProblemPointer("/expires", "not-later", "The first key ends when it was to end, or before."));
        }

        if (key.Roles.Count == 0 || !key.Roles.All(AdminRoles.IsKnown))
        {
            findings.Add(
                new ProblemPointer(
                    "/roles",
                    "unknown-role",
                    "At least one of these is expected: " + string.Join(", ", AdminRoles.Given) + "."
                )
            );
        }

        if (string.IsNullOrWhiteSpace(key.Person))
        {
            findings.Add(new ProblemPointer("/person", "required", "Name the person or pipeline behind the key."));
        }

        return findings;
    }
}
