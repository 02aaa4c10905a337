using System.Diagnostics.CodeAnalysis;

namespace PhiGateway.Admin.Calls;

/// <summary>A value, or the problem that stands in its place; exactly one of them.</summary>
internal readonly record struct Outcome<T>
    where T : class
{
    private Outcome(T? value, AdminProblem? problem) => (Value, Problem) = (value, problem);

    public T? Value { get; }

    public AdminProblem? Problem { get; }

    public static Outcome<T> From(T value) => new(value, null);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(AdminProblem problem) => new(null, problem);

    public bool Failed([NotNullWhen(true)] out AdminProblem? problem, [NotNullWhen(false)] out T? value)
    {
        problem = Problem;
        value = Value;
        return problem is not null;
    }
}
