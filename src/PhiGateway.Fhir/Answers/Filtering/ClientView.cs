using PhiGateway.Fhir.Requests;

namespace PhiGateway.Fhir.Answers.Filtering;

/// <summary>What the client itself wants to see less of: <c>_elements</c> and <c>_summary</c>. The upstream was asked for more, so that it can be judged.</summary>
internal sealed class ClientView
{
    private readonly ElementNames? _keep;

    private ClientView(ElementNames? keep) => _keep = keep;

    /// <summary>The view of a request; null when it wants whole resources.</summary>
    public static ClientView? Of(FhirRequest request)
    {
        List<string>? names = null;
        var withoutText = false;
        for (var i = 0; i < request.Parameters.Count; i++)
        {
            var (name, value) = request.Parameters[i];
            if (name == "_elements")
            {
                // Of several lists each one narrows; taking them together could only show what the policy permits anyway.
                (names ??= []).AddRange(value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static path => path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..]));
            }
            else if (name == "_summary" && value == "text")
            {
                (names ??= []).Add("text");
            }
            else if (name == "_summary" && value is "data" or "true")
            {
                withoutText = true;
            }
        }

        return names is not null ? new ClientView(ElementNames.Of(names)) : withoutText ? new ClientView(null) : null;
    }

    public bool Shows(ReadOnlySpan<byte> member) => _keep?.Contains(member) ?? !(member.SequenceEqual("text"u8) || member.SequenceEqual("_text"u8));
}
