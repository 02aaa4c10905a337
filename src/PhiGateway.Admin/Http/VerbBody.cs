using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Http;

/// <summary>Reads the small bodies of verbs: snake_case, unknown members refused, no body the same as an empty one.</summary>
internal static class VerbBody
{
    public static async Task<Outcome<T>> ReadAsync<T>(HttpContext context)
        where T : class
    {
        return (await RequestBody.ReadObjectAsync(context, optional: true)).Failed(out var problem, out var body) ? problem : Read<T>(body);
    }

    /// <summary>Reads one that is there already.</summary>
    internal static Outcome<T> Read<T>(JsonObject body)
        where T : class
    {
        var known = AdminJson.Options.GetTypeInfo(typeof(T)).Properties.Select(static property => property.Name).ToList();
        foreach (var (name, _) in body)
        {
            if (!known.Contains(name))
            {
                return AdminProblem.Invalid(
                    DocumentJson.Pointer([name]),
                    "unknown-member",
                    "There is no such member here." + NearestName.Hint(name, known)
                );
            }
        }

        // What is nested is a document, which is read by its own rules, or a resource, in which there may be anything.
        var hidden = body.Where(static member => member.Value is not JsonObject)
            .SelectMany(static member => HiddenText.Find(member.Value, DocumentJson.Pointer([member.Key])))
            .ToList();
        if (hidden.Count > 0)
        {
            return AdminProblem.Invalid(hidden);
        }

        if (body["reason"] is JsonValue reason && reason.TryGetValue<string>(out var words) && ReasonBody.TooLong(words) is { } tooLong)
        {
            return tooLong;
        }

        try
        {
            return body.Deserialize<T>(AdminJson.Options)!;
        }
        catch (JsonException exception)
        {
            return AdminProblem.Invalid(
                DocumentShape.ToPointer(exception.Path),
                "invalid",
                "The value is not of the form this member has, or a required member is missing."
            );
        }
    }
}
