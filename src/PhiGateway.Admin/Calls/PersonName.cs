namespace PhiGateway.Admin.Calls;

/// <summary>
/// Compares the names of persons, and writes those of everybody who may be behind one act into a single field; used by four eyes.
/// </summary>
/// <remarks>Names are an identity provider's: compared without case and outer spaces, so that no spelling makes two persons of one.</remarks>
internal static class PersonName
{
    /// <summary>
    /// Stands where a note names somebody in a form that this version does not read. Security: it may be anybody, so it is everybody whom
    /// four eyes ask about.
    /// </summary>
    public const string Unreadable = "(unreadable)";

    private const string KnownTo = " (key known to ";

    /// <summary>Whether two names are one person's.</summary>
    public static bool AreSame(string one, string other) => string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>One text that names everybody, the one who acted first.</summary>
    public static string Signed(IReadOnlyList<string> persons) =>
        persons[0].Trim() + string.Concat(persons.Skip(1).Select(static maker => $"{KnownTo}{maker.Trim()})"));

    /// <summary>Whether such a text names a person. Security: a name that looks like the text itself only adds to whom it names.</summary>
    public static bool Names(string signed, string person)
    {
        var name = person.Trim();
        return name == Unreadable
            || signed == Unreadable
            || AreSame(signed, name)
            || signed.StartsWith(name + KnownTo, StringComparison.OrdinalIgnoreCase)
            || signed.Contains($"{KnownTo}{name})", StringComparison.OrdinalIgnoreCase);
    }
}
