package app;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.QueueEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Types to and from JSON. */
public class Orders {
    public enum Size { SMALL, LARGE }

    public static class Base<T> implements RequestHandler<List<T>, Box<T>> {
        @Override
        public Box<T> handleRequest(List<T> input, Context context) {
            Box<T> box = new Box<>();
            box.setContent(input.get(0));
            return box;
        }
    }

    public static class First extends Base<Order> {
    }

    public static class Box<T> {
        private T content;
        public int count = 1;

        public T getContent() {
            return content;
        }

        public void setContent(T content) {
            this.content = content;
        }
    }

    public static class Order {
        private String name;
        private int amount;
        private boolean paid;
        private Size size;
        private String note;

        public String getName() { return name; }
        public void setName(String name) { this.name = name; }
        public int getAmount() { return amount; }
        public void setAmount(int amount) { this.amount = amount; }
        public boolean isPaid() { return paid; }
        public void setPaid(boolean paid) { this.paid = paid; }
        public Size getSize() { return size; }
        public void setSize(Size size) { this.size = size; }
        public String getNote() { return note; }
        public void setNote(String note) { this.note = note; }
        public String getURL() { return "u"; }
    }

    public record Line(String name, BigDecimal price, List<Size> sizes, Map<String, Box<Line>> inner, Optional<Integer> count) {
    }

    public record Values(UUID id, byte[] bytes, Set<Long> numbers, Date date, Instant instant, double[] array, char letter, Object none) {
    }

    public static Box<Order> box(Box<Order> box) { return box; }
    public static Line line(Line line) { return line; }
    public static Values values(Values values) { return values; }
    public static int total(List<Order> orders) { return orders.stream().mapToInt(Order::getAmount).sum(); }
    public static Size size(Size size) { return size; }
    public static long twice(long number) { return 2 * number; }
    public static Object[] several() { return new Object[] {1.5, Double.NaN, new int[] {1}, Optional.of('x'), "a\"\\\n\u0001é😀"}; }

    public static String event(QueueEvent event) {
        QueueEvent.Message message = event.getRecords().get(0);
        return message.getEventSourceArn() + " " + message.getSent().getTime();
    }
}
