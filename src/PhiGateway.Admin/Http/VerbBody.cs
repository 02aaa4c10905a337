using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>Reads the small bodies of verbs: snake_case, unknown members refused, no body the same as an empty one.</summary>
internal static class VerbBody
{
    /// <summary>Reasons are for people: long enough for a sentence and a ticket, too short for a patient list.</summary>
    public const int MaxReason = 1000;

    public static async Task<Outcome<T>> ReadAsync<T>(HttpContext context)
        where T : class
    {
        if ((await RequestBody.ReadObjectAsync(context, optional: true)).Failed(out var problem, out var body))
        {
            return problem;
        }

        foreach (var (name, _) in body)
        {
            if (AdminJson.Options.GetTypeInfo(typeof(T)).Properties.All(property => property.Name != name))
            {
                return AdminProblem.Invalid(AdminBodyJson.Pointer([name]), "unknown-member", "There is no such member here.");
            }
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

    public static AdminProblem? RequireReason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? AdminProblem.Invalid("/reason", "required", "Say why, in words without patient data.")
        : reason.Length > MaxReason ? AdminProblem.Invalid("/reason", "too-long", $"At most {MaxReason} characters.")
        : null;
}

/// <summary>Body of a verb that needs a reason.</summary>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record ReasonBody(string? Reason = null);
