using Akka.Actor;
using Hearth.Contracts.Api;
using Hearth.Contracts.Inspection;

namespace Hearth.Node.Inspection;

/// <summary>Walks the actors of this node from the root. Actors come and go meanwhile: it is how they were when each was looked at.</summary>
internal static class ActorTree
{
    /// <summary>All names of one answer together: with a line's own bytes, what fits the largest message between nodes.</summary>
    private const int MaxCharacters = 50_000;

    /// <param name="depth">Levels below the root.</param>
    /// <returns>Each actor followed by its children, and how many more there are within the depth.</returns>
    public static (IReadOnlyList<ActorLine> Actors, int Omitted) Walk(ExtendedActorSystem system, int depth)
    {
        var lines = new List<ActorLine>();
        var (characters, omitted) = (0, 0);
        Visit(system.Provider.RootGuardian, 0);
        return (lines, omitted);

        void Visit(IActorRef actor, int level)
        {
            var children = actor is ActorRefWithCell cell ? cell.Children.OrderBy(child => child.Path.Name, StringComparer.Ordinal).ToList() : [];
            var name = level == 0 ? "/" : actor.Path.Name;
            characters += name.Length;
            if (lines.Count < ListActors.PageSize && characters <= MaxCharacters)
                lines.Add(new ActorLine(level, name, children.Count));
            else
                omitted++;
            if (level == depth)
                return;
            foreach (var child in children)
                Visit(child, level + 1);
        }
    }
}
