namespace PhiGateway.Admin.Clients;

/// <summary>Says in words who may act through a client; for the approver's brief and the client's page.</summary>
public static class ActorWords
{
    /// <summary>The words, from the outermost actor on.</summary>
    /// <param name="actors">As the client has them; null: it does not say.</param>
    public static string Of(IReadOnlyList<string>? actors) =>
        actors switch
        {
            null => "ANY registered client may act through it, in any order",
            [] => "nobody but itself acts through it",
            [var one] => $"only {one} acts through it",
            _ => $"only these act through it, each for those after it: {string.Join(", ", actors)}",
        };
}
