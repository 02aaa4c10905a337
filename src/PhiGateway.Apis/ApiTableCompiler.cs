using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Compiles a declared table; adds a problem for everything that is not exactly right.</summary>
internal static class ApiTableCompiler
{
    internal static ApiTable? Compile(ApiOptions options, List<ApiProblem> problems)
    {
        var before = problems.Count;
        var floor = ReadLevel(options.Confidentiality, "Confidentiality", problems);
        if (options.Operations.Count == 0)
        {
            problems.Add(new ApiProblem("Operations", "is required: at least one row. What the table does not list is refused."));
        }

        var operations = new List<(ApiOperation Operation, string Path)>(options.Operations.Count);
        for (var place = 0; place < options.Operations.Count; place++)
        {
            var path = $"Operations:{place}";
            if (ApiOperationCompiler.Compile(options.Operations[place], floor, path, problems) is { } operation)
            {
                operations.Add((operation, path));
            }
        }

        FindOverlaps(operations, problems);
        foreach (var (operation, path) in operations)
        {
            if (operation.Interaction is Interaction.Update or Interaction.Patch or Interaction.Delete || operation.CreatesInPlace)
            {
                operation.StoredRead = operations.Select(static row => row.Operation).FirstOrDefault(row => IsReadOf(row, operation));
            }

            if (operation.CreatesInPlace && operation.StoredRead is null)
            {
                problems.Add(
                    new ApiProblem(
                        $"{path}:Interaction",
                        "create at a place that the client names needs a GET row of the interaction read for the same path: else it would write over a"
                            + " record that nobody looked at. Add one, or declare it as update."
                    )
                );
            }

            operation.Judgeable = JudgeableOf(operation);
        }

        if (problems.Count > before)
        {
            return null;
        }

        return new ApiTable([.. operations.Select(static row => row.Operation)]);
    }

    internal static Confidentiality ReadLevel(string? code, string path, List<ApiProblem> problems)
    {
        if (ConfidentialityCodes.TryParse(code, out var level))
        {
            return level;
        }

        problems.Add(new ApiProblem(path, "is required: U, L, M, N, R or V, the confidentiality of a record that says nothing else."));
        return Confidentiality.VeryRestricted;
    }

    private static void FindOverlaps(List<(ApiOperation Operation, string Path)> operations, List<ApiProblem> problems)
    {
        for (var later = 1; later < operations.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                var (one, other) = (operations[earlier].Operation, operations[later].Operation);
                if (one.Method == other.Method && one.Path.Overlaps(other.Path))
                {
                    problems.Add(
                        new ApiProblem(
                            $"{operations[later].Path}:Path",
                            $"overlaps with {operations[earlier].Path}: there is a path that is both."
                        )
                    );
                }
            }
        }
    }

    // A condition must be seen to hold on everything that is judged: what is written, what it replaces, and what comes back.
    private static JudgeableFacts JudgeableOf(ApiOperation operation)
    {
        List<ApiShape?> judged = [];
        if (operation.Interaction is Interaction.Create or Interaction.Update)
        {
            judged.Add(operation.Body?.Shape);
        }

        if (operation.StoredRead is { } stored)
        {
            judged.Add(stored.Answer!.Shape);
        }

        if (operation.Answer is { } answer)
        {
            judged.Add(answer.Shape);
        }

        var parameters =
            judged.Count == 0
                ? []
                : judged
                    .Select(static shape => shape?.Tokens.Select(static token => token.Key) ?? [])
                    .Aggregate(static (one, other) => one.Intersect(other));
        List<ApiShape> trimmed = [.. new[] { operation.Answer?.Shape, operation.StoredRead?.Answer?.Shape }.OfType<ApiShape>()];
        return new JudgeableFacts(
            [.. parameters],
            judged.Count > 0 && judged.TrueForAll(static shape => shape?.Labels is not null),
            operation.Floor
        )
        {
            Elements = trimmed.Count > 0 && trimmed.TrueForAll(static shape => shape.Elements.Count > 0),
        };
    }

    // The stored version is fetched before the write, in its name: whoever may only write must not be refused for what the read would take
    // besides the path.
    private static bool IsReadOf(ApiOperation read, ApiOperation write) =>
        read is { Method: "GET", Interaction: Interaction.Read, Answer.Envelope: null, PatientParameter: null }
        && read.Type == write.Type
        && read.Path.IsSame(write.Path)
        && read.IdPlace == write.IdPlace
        && read.PatientPlace == write.PatientPlace;
}
