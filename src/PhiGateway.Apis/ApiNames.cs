namespace PhiGateway.Apis;

/// <summary>Reads lists of names in a declared table (parameters, members, elements), with a problem for each that is wrong.</summary>
internal static class ApiNames
{
    /// <summary>Reads names of parameters or members; each that cannot be one is a problem.</summary>
    internal static HashSet<string> Read(IReadOnlyList<string> names, string path, List<ApiProblem> problems)
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        for (var place = 0; place < names.Count; place++)
        {
            if (
                names[place].Length is 0 or > 64
                || names[place].Any(char.IsControl)
                || !read.Add(names[place])
                || string.Equals(names[place], "access_token", StringComparison.OrdinalIgnoreCase)
            )
            {
                problems.Add(
                    new ApiProblem(
                        $"{path}:{place}",
                        "must be a name of 1 to 64 characters that is not there before; a token never stands in a query."
                    )
                );
            }
        }

        return read;
    }

    /// <summary>Whether it can be the name of a FHIR element.</summary>
    internal static bool IsElement(string name) => char.IsAsciiLetterLower(name[0]) && name.All(char.IsAsciiLetterOrDigit);
}
