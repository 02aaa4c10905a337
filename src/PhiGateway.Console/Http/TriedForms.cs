using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Http;

/// <summary>
/// Places the findings of a refusal at the fields of the form that was sent, by their pointers, and keeps what was typed; called by every
/// screen with a form.
/// </summary>
internal static class TriedForms
{
    /// <summary>The form as it is shown again; null: nothing was refused.</summary>
    /// <param name="request">The form as it was sent.</param>
    /// <param name="problem">The refusal; null: there is none.</param>
    /// <param name="step">Which form of the page.</param>
    /// <param name="of">Of which row; empty: the page has one of it.</param>
    /// <param name="fields">Names of the form's fields; <c>hours=until</c> where the command calls a field otherwise.</param>
    public static TriedForm? Of(ConsoleRequest request, AdminProblem? problem, string step, string of, params ReadOnlySpan<string> fields)
    {
        if (problem is null)
        {
            return null;
        }

        var typed = new Dictionary<string, string>(StringComparer.Ordinal);
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal);
        var left = problem.Errors is { Count: > 0 } errors ? errors.ToList() : [];
        foreach (var field in fields)
        {
            var (name, known) = field.Split('=') is [var own, var other] ? (own, other) : (field, field);
            if (request.TypedText(name) is { } text)
            {
                typed[name] = text;
            }

            foreach (var found in left.Where(error => LastOf(error.Pointer) == known).ToList())
            {
                wrong[name] = wrong.TryGetValue(name, out var before) ? $"{before} {found.Detail}" : found.Detail;
                left.Remove(found);
            }
        }

        // What has no field here is said above the form.
        var rest = left.Count > 0 ? string.Join(' ', left.Select(static error => error.Detail)) : problem.Detail ?? problem.Title;
        return new TriedForm(step, of, typed, wrong, wrong.Count > 0 && left.Count == 0 ? null : rest, SeenOf(request, problem));
    }

    private static string? SeenOf(ConsoleRequest request, AdminProblem problem) =>
        problem.Status is StatusCodes.Status412PreconditionFailed or StatusCodes.Status409Conflict ? request.TypedText("seen") : null;

    // A finding inside of a field is a finding of the field: /reviewers/0 is about the reviewers.
    private static string LastOf(string pointer)
    {
        var parts = pointer.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.LastOrDefault(static part => !part.All(char.IsAsciiDigit)) ?? string.Empty;
    }
}
